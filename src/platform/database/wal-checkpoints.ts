import { Logger } from '@nestjs/common';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { CheckpointMessage } from './wal-checkpoint.worker';

/** Syncs of the log between two checkpoints. */
const INTERVAL = 64;

/**
 * Moves what was committed from SQLite's write-ahead log into the database file, in a thread of its own: that takes many
 * writes and waits for the disk, and SQLite would do it within the commit that finds the log long, on the event loop. The
 * thread is started when there is something to move. Should it fail, SQLite still does so, at a longer log.
 */
export class WalCheckpoints {
  private readonly logger = new Logger(WalCheckpoints.name);
  private thread: Worker | undefined;
  private isBusy = false;
  private syncs = 0;

  /** @param file - the database */
  constructor(private readonly file: string) {}

  noteSync(): void {
    if (++this.syncs < INTERVAL || this.isBusy) return;
    this.syncs = 0;
    this.isBusy = true;
    this.thread ??= this.start();
    this.send('checkpoint');
  }

  async close(): Promise<void> {
    const { thread } = this;
    if (!thread) return;
    this.isBusy = true; // nothing begins any more
    const ended = new Promise((resolve) => thread.once('exit', resolve));
    thread.ref(); // a process that has nothing else to do waits for it
    this.send('close');
    await ended;
  }

  private send(message: CheckpointMessage): void {
    this.thread?.postMessage(message);
  }

  private start(): Worker {
    const thread = new Worker(join(__dirname, 'wal-checkpoint.worker.js'), { workerData: this.file });
    thread.unref();
    thread.on('message', () => (this.isBusy = false));
    thread.on('error', (error: Error) =>
      this.logger.warn(`Checkpoints are left to SQLite: ${error.message}`),
    );
    thread.on('exit', () => {
      this.thread = undefined;
      this.isBusy = true; // for ever: it is not tried again
    });
    return thread;
  }
}
