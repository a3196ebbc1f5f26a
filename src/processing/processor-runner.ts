import { Injectable } from '@nestjs/common';
import { once } from 'node:events';
import { Clock } from '../platform/clock/clock';
import { Settings } from '../platform/config/settings';
import {
  InProcessProcessor,
  WorkerProcessor,
  type ArtifactContent,
  type Processor,
} from '../plugin-api/processor';
import { ProcessingTimeout } from './processing.errors';
import { ProcessorPool } from './processor-pool';
import { runProcessor } from './run-processor';
import { Slots } from './slots';
import type { ProcessorFile, RunOptions } from './run-protocol';

/**
 * Runs processors where they belong, PROCESSING_CONCURRENCY at the same time, each within JOB_TIMEOUT_SECONDS from
 * when it begins.
 */
@Injectable()
export class ProcessorRunner {
  private readonly slots: Slots;

  constructor(
    private readonly pool: ProcessorPool,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {
    this.slots = new Slots(settings.PROCESSING_CONCURRENCY);
  }

  /**
   * Runs a processor on a file.
   *
   * @throws ProcessingTimeout · the reason of `signal` · DomainError or what else the processor threw · what
   * {@link ProcessorPool.run} throws
   */
  async run(processor: Processor, input: ProcessorFile, options: RunOptions): Promise<object> {
    await this.slots.take(options.signal);
    try {
      return await this.runInTime(processor, input, options);
    } finally {
      this.slots.free();
    }
  }

  private async runInTime(processor: Processor, input: ProcessorFile, options: RunOptions): Promise<object> {
    const { JOB_TIMEOUT_SECONDS } = this.settings;
    const timeout = new AbortController();
    const endTimer = this.clock.after(JOB_TIMEOUT_SECONDS * 1000, () =>
      timeout.abort(new ProcessingTimeout(JOB_TIMEOUT_SECONDS)),
    );
    const signal = AbortSignal.any([options.signal, timeout.signal]);
    try {
      return await this.start(processor, input, { ...options, signal });
    } finally {
      endTimer();
    }
  }

  private start(processor: Processor, input: ProcessorFile, options: RunOptions): Promise<object> {
    if (processor instanceof WorkerProcessor) return this.pool.run(processor.worker, input, options);
    if (processor instanceof InProcessProcessor) return runInProcess(processor, input, options);
    throw new Error(`Processor '${processor.name}' is neither a WorkerProcessor nor an InProcessProcessor.`);
  }
}

/** Lets go of a run at once when it is aborted, even if it does not listen to its signal. */
async function runInProcess(
  processor: InProcessProcessor,
  input: ProcessorFile,
  { signal, onProgress, onArtifact }: RunOptions,
): Promise<object> {
  signal.throwIfAborted();
  const ended = new AbortController();
  const aborted = once(signal, 'abort', { signal: ended.signal }).then(() => {
    throw signal.reason;
  });
  const run = runProcessor((whole) => processor.run({ ...whole, signal }), {
    ...input,
    progress: (fraction) => {
      if (!signal.aborted) onProgress(fraction);
    },
    artifact: async (name, contentType, content) => {
      signal.throwIfAborted();
      await onArtifact(name, contentType, chunksOf(content));
    },
  });
  try {
    return await Promise.race([run, aborted]);
  } finally {
    run.catch(() => {}); // nobody waits for it any more
    aborted.catch(() => {});
    ended.abort();
  }
}

async function* chunksOf(content: ArtifactContent): AsyncGenerator<Uint8Array> {
  if (content instanceof Uint8Array) yield content;
  else yield* content;
}
