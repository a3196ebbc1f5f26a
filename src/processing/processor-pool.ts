import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { join } from 'node:path';
import { Piscina } from 'piscina';
import { Settings } from '../platform/config/settings';
import { receiveArtifact } from './artifact-channel';
import type { ProcessorFile, RunOptions, RunReport, RunRequest, ThreadMessage } from './run-protocol';
import { ContentRejected, ProcessingOutOfMemory } from './processing.errors';

/**
 * Worker threads for processors. A run that needs too much memory or is aborted ends with its thread; the
 * other runs and the event loop go on.
 */
@Injectable()
export class ProcessorPool implements OnApplicationShutdown {
  private readonly logger = new Logger(ProcessorPool.name);
  private readonly piscina: Piscina<RunRequest, RunReport>;
  private readonly runs = new Map<number, RunOptions>();
  private lastRunId = 0;

  constructor(private readonly settings: Settings) {
    this.piscina = new Piscina({
      filename: join(__dirname, 'processor.worker.js'),
      minThreads: settings.ROLE === 'api' ? 0 : 1, // who takes no tasks needs none
      maxThreads: settings.PROCESSING_CONCURRENCY,
      idleTimeout: 30_000,
      recordTiming: false,
      resourceLimits: { maxOldGenerationSizeMb: settings.JOB_MEMORY_MB },
    });
    this.piscina.on('message', (message: ThreadMessage) => this.onMessage(message));
    // A thread that ended while it had no run, perhaps because it could not start: nobody else is told.
    this.piscina.on('error', (error: Error) => this.logger.error(`A thread failed: ${error.message}`));
  }

  /** Threads that are there. */
  get threads(): number {
    return this.piscina.threads.length;
  }

  /** Those of them that run a processor. */
  get busyThreads(): number {
    return Math.min(this.runs.size, this.threads);
  }

  /**
   * Runs the processor of a module on a file.
   *
   * @throws ContentRejected · ProcessingOutOfMemory · the reason of `signal` · an Error when the thread died or the
   * processor threw something unexpected
   */
  async run(worker: string, input: ProcessorFile, options: RunOptions): Promise<object> {
    const { signal } = options;
    signal.throwIfAborted();
    const runId = ++this.lastRunId;
    this.runs.set(runId, options);
    try {
      const report = await this.piscina.run({ runId, worker, input }, { signal });
      if ('problem' in report) throw new ContentRejected(report.problem);
      return report.result;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw isOutOfMemory(error) ? new ProcessingOutOfMemory(this.settings.JOB_MEMORY_MB) : error;
    } finally {
      this.runs.delete(runId);
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
