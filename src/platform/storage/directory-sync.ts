import { open } from 'node:fs/promises';

/**
 * Makes names in a directory durable. Callers that come while a sync of the same directory runs share
 * the next one: a running sync may have begun before their rename.
 */
export class DirectorySync {
  private readonly running = new Map<string, Promise<void>>();
  private readonly next = new Map<string, Promise<void>>();

  sync(directory: string): Promise<void> {
    const running = this.running.get(directory);
    if (!running) return this.start(directory);
    let next = this.next.get(directory);
    if (!next) {
      const start = () => {
        this.next.delete(directory);
        return this.start(directory);
      };
      next = running.then(start, start);
      this.next.set(directory, next);
    }
    return next;
  }

  private start(directory: string): Promise<void> {
    const sync = fsyncDirectory(directory).finally(() => {
      if (this.running.get(directory) === sync) this.running.delete(directory);
    });
    this.running.set(directory, sync);
    return sync;
  }
}

async function fsyncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
