import { close, fdatasync, openSync } from 'node:fs';
import { promisify } from 'node:util';

/**
 * Makes what was committed to SQLite's write-ahead log durable, without holding up the event loop while the disk is at
 * it. Those who come while a sync runs share the next one: the running one may have begun before their commit.
 */
export class WalSync {
  private readonly descriptor: number;
  private running: Promise<void> | undefined;
  private next: Promise<void> | undefined;

  /** @param file - the log, which stays the same as long as a connection is open. SQLite keeps no lock on it that a second descriptor could lose. */
  constructor(file: string) {
    this.descriptor = openSync(file, 'r+'); // Windows syncs only what may be written
  }

  sync(): Promise<void> {
    if (!this.running) return this.start();
    this.next ??= this.running.then(
      () => this.start(),
      () => this.start(),
    );
    return this.next;
  }

  close(): Promise<void> {
    return promisify(close)(this.descriptor);
  }

  private start(): Promise<void> {
    this.next = undefined;
    const sync = promisify(fdatasync)(this.descriptor).finally(() => {
      if (this.running === sync) this.running = undefined;
    });
    this.running = sync;
    return sync;
  }
}
