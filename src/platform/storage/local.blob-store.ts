import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, open, opendir, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Readable } from 'node:stream';
import { BatchedWriter } from './batched-writer';
import { BlobStore, type BlobEntry, type ByteRange, type LocalBlob } from './blob-store';
import { ensureDirectory } from './directory';
import { DirectorySync } from './directory-sync';
import { BlobMissing, StorageUnavailable, translateFileError } from './storage.errors';

const KEY = /^[a-z0-9][a-z0-9.-]*(\/[a-z0-9][a-z0-9.-]*)*$/;

/**
 * Blobs as files below one directory: `blobs/<key>`, and `unfinished/` beside it on the same file
 * system, so that a rename makes a blob appear whole.
 */
export class LocalBlobStore extends BlobStore {
  private readonly blobs: string;
  private readonly unfinished: string;
  private readonly directories = new Set<string>();
  private readonly directorySync = new DirectorySync();

  constructor(root: string) {
    super();
    this.blobs = join(root, 'blobs');
    this.unfinished = join(root, 'unfinished');
    for (const directory of [this.blobs, this.unfinished]) ensureDirectory(directory);
  }

  override async put(key: string, source: AsyncIterable<Uint8Array>): Promise<void> {
    const path = this.path(key);
    const unfinished = join(this.unfinished, randomUUID());
    try {
      await this.write(unfinished, source);
      await this.publish(unfinished, path);
    } catch (error) {
      await Promise.allSettled([unlink(unfinished), unlink(path)]);
      this.directories.clear(); // one of them may be what is missing: the next put makes it again
      const fault = translateFileError(error);
      throw fault instanceof BlobMissing ? new StorageUnavailable(error) : fault;
    }
  }

  override async size(key: string): Promise<number> {
    return (await translated(stat(this.path(key)))).size;
  }

  override async read(key: string, range?: ByteRange): Promise<Readable> {
    const file = await translated(open(this.path(key), 'r'));
    return file.createReadStream({ ...range, highWaterMark: 256 * 1024 });
  }

  override async local(key: string): Promise<LocalBlob> {
    const path = this.path(key);
    await translated(access(path, constants.R_OK));
    return { path, release: () => Promise.resolve() };
  }

  override async delete(key: string): Promise<void> {
    try {
      await translated(unlink(this.path(key)));
    } catch (error) {
      if (!(error instanceof BlobMissing)) throw error;
    }
  }

  override async *list(prefix: string): AsyncIterable<BlobEntry> {
    for await (const path of filesBelow(this.path(prefix))) {
      const modifiedAt = await modificationTime(path);
      if (modifiedAt !== undefined) yield { key: relative(this.blobs, path), modifiedAt };
    }
  }

  override async sweepUnfinished(before: number): Promise<number> {
    let removed = 0;
    for await (const path of filesBelow(this.unfinished)) {
      const modifiedAt = await modificationTime(path);
      if (modifiedAt === undefined || modifiedAt >= before) continue;
      await unlink(path).then(
        () => removed++,
        () => {}, // its writer was quicker
      );
    }
    return removed;
  }

  override async ping(): Promise<void> {
    await translated(access(this.unfinished, constants.R_OK | constants.W_OK));
  }

  private async write(path: string, source: AsyncIterable<Uint8Array>): Promise<void> {
    const file = await open(path, 'wx', 0o600);
    try {
      const writer = new BatchedWriter(file);
      for await (const chunk of source) {
        const room = writer.write(chunk);
        if (room) await room;
      }
      await writer.end();
      await this.sync(file);
    } finally {
      await file.close();
    }
  }

  private async sync(file: FileHandle): Promise<void> {
    await file.sync();
  }

  /** From here on the blob is there, whatever happens. */
  private async publish(unfinished: string, path: string): Promise<void> {
    const directory = dirname(path);
    await this.ensureDirectory(directory);
    await rename(unfinished, path);
    await this.directorySync.sync(directory);
  }

  private async ensureDirectory(directory: string): Promise<void> {
    if (this.directories.has(directory)) return;
    const first = await mkdir(directory, { recursive: true, mode: 0o700 });
    if (first) await this.syncUpwards(directory, dirname(first));
    this.directories.add(directory);
  }

  private async syncUpwards(from: string, to: string): Promise<void> {
    for (let directory = dirname(from); directory.length >= to.length; directory = dirname(directory)) {
      await this.directorySync.sync(directory);
    }
  }

  /** @throws Error on a key that was not made by the service: nothing outside the directory is reachable. */
  private path(key: string): string {
    if (!KEY.test(key) || key.includes('..')) throw new Error(`'${key}' is no blob key.`);
    return join(this.blobs, key);
  }
}

async function translated<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw translateFileError(error);
  }
}

/** Not by `opendir(…, { recursive: true })`, which in Node.js 20 ends each directory after 32 entries. */
/** Nothing when there is no such directory. */
async function* filesBelow(directory: string): AsyncGenerator<string> {
  if (!(await isDirectory(directory))) return;
  for await (const entry of await opendir(directory)) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function modificationTime(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return undefined;
  }
}
