import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { join } from 'node:path';
import { Piscina } from 'piscina';
import { Clock } from '../platform/clock/clock';
import { Settings } from '../platform/config/settings';
import type { Processor } from '../plugin-api/processor';
import { receiveArtifact } from './artifact-channel';
import type { ProcessorFile, RunReport, RunRequest, ThreadMessage } from './run-protocol';
import { ContentRejected, ProcessingOutOfMemory, ProcessingTimeout } from './processing.errors';

export interface RunOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (fraction: number) => void;
  /** Stores an artifact; what it throws becomes an error in the processor. */
  readonly onArtifact: (
    name: string,
    contentType: string,
    content: AsyncIterable<Uint8Array>,
  ) => Promise<void>;
}

/**
 * Worker threads for processors. A run that takes too long, needs too much memory or is aborted ends
 * with its thread; the other runs and the event loop go on.
 */
@Injectable()
export class ProcessorPool implements OnApplicationShutdown {
  private readonly logger = new Logger(ProcessorPool.name);
  private readonly piscina: Piscina<RunRequest, RunReport>;
  private readonly runs = new Map<number, RunOptions>();
  private lastRunId = 0;

  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {
    this.piscina = new Piscina({
      filename: join(__dirname, 'processor.worker.js'),
      minThreads: 1,
      maxThreads: settings.PROCESSING_CONCURRENCY,
      idleTimeout: 30_000,
      recordTiming: false,
      resourceLimits: { maxOldGenerationSizeMb: settings.JOB_MEMORY_MB },
    });
    this.piscina.on('message', (message: ThreadMessage) => this.onMessage(message));
    // A thread that ended while it had no run, perhaps because it could not start: nobody else is told.
    this.piscina.on('error', (error: Error) => this.logger.error(`A thread failed: ${error.message}`));
  }

  /**
   * Runs a processor on a file.
   *
   * @throws ContentRejected · ProcessingTimeout · ProcessingOutOfMemory · the reason of `signal` · an Error when the
   * thread died or the processor threw something unexpected
   */
  async run(processor: Processor, input: ProcessorFile, options: RunOptions): Promise<object> {
    const { JOB_TIMEOUT_SECONDS, JOB_MEMORY_MB } = this.settings;
    const { signal } = options;
    signal.throwIfAborted();
    const runId = ++this.lastRunId;
    const abort = new AbortController();
    const onAbort = () => abort.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const endTimer = this.clock.after(JOB_TIMEOUT_SECONDS * 1000, () =>
      abort.abort(new ProcessingTimeout(JOB_TIMEOUT_SECONDS)),
    );
    this.runs.set(runId, options);
    try {
      const report = await this.piscina.run(
        { runId, worker: processor.worker, input },
        { signal: abort.signal },
      );
      if ('problem' in report) throw new ContentRejected(report.problem);
      return report.result;
    } catch (error) {
      if (abort.signal.aborted) throw abort.signal.reason;
      throw isOutOfMemory(error) ? new ProcessingOutOfMemory(JOB_MEMORY_MB) : error;
    } finally {
      this.runs.delete(runId);
      endTimer();
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** A message of a run that is over is too late to matter; its port must not wait for ever. */
  private onMessage(message: ThreadMessage): void {
    const run = this.runs.get(message.runId);
    if ('progress' in message) run?.onProgress(message.progress);
    else if (run)
      void receiveArtifact(message.port, (content) =>
        run.onArtifact(message.name, message.contentType, content),
      );
    else message.port.close();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.piscina.destroy();
  }
}

function isOutOfMemory(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY';
}
