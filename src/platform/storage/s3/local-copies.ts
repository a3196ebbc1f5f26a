import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { LocalBlob } from '../blob-store';
import { ensureDirectory } from '../directory';
import { translateFileError } from '../storage.errors';

/** Copies of blobs on this machine, for processors, which read files. They are gone with the run that needed them. */
export class LocalCopies {
  private readonly inUse = new Set<string>();

  constructor(private readonly directory: string) {
    ensureDirectory(directory);
  }

  /** @throws StorageFull · StorageUnavailable · whatever `source` throws */
  async make(source: Readable): Promise<LocalBlob> {
    const name = randomUUID();
    const path = join(this.directory, name);
    this.inUse.add(name);
    const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
    try {
      await pipeline(source, file);
    } catch (error) {
      await this.release(name);
      throw translateFileError(error);
    }
    return { path, sizeBytes: file.bytesWritten, release: () => this.release(name) };
  }

  /** Removes what processes left that died, by age; resolves with how many. */
  async sweep(before: number): Promise<number> {
    let removed = 0;
    for (const name of await readdir(this.directory)) {
      if (this.inUse.has(name) || !(await this.isOlder(name, before))) continue;
      await rm(join(this.directory, name), { force: true });
      removed++;
    }
    return removed;
  }

  private async release(name: string): Promise<void> {
    this.inUse.delete(name);
    await rm(join(this.directory, name), { force: true });
  }

  private async isOlder(name: string, before: number): Promise<boolean> {
    return stat(join(this.directory, name)).then(
      ({ mtimeMs }) => mtimeMs < before,
      () => false, // its process was quicker
    );
  }
}
