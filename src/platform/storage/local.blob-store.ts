import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, open, opendir, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { Readable } from 'node:stream';
import { BatchedWriter } from './batched-writer';
import { checkKey } from './blob-key';
import { BlobStore, type BlobEntry, type ByteRange, type GrowingBlob, type LocalBlob } from './blob-store';
import { ensureDirectory } from './directory';
import { DirectorySync } from './directory-sync';
import { exists, GrowingFiles } from './growing-files';
import { BlobMissing, StorageUnavailable, translateFileError } from './storage.errors';

/**
 * Blobs as files below one directory: `blobs/<key>`, and beside it on the same file system `unfinished/`
 * and `growing/`, so that a rename makes a blob appear whole.
 */
export class LocalBlobStore extends BlobStore {
  private readonly blobs: string;
  private readonly unfinished: string;
  private readonly growingDirectory: string;
  private readonly growingFiles: GrowingFiles;
  private readonly directories = new Set<string>();
  private readonly directorySync = new DirectorySync();

  constructor(root: string) {
    super();
    this.blobs = join(root, 'blobs');
    this.unfinished = join(root, 'unfinished');
    this.growingDirectory = join(root, 'growing');
    this.growingFiles = new GrowingFiles(this.growingDirectory, this.directorySync);
    for (const directory of [this.blobs, this.unfinished, this.growingDirectory]) ensureDirectory(directory);
  }

  override async put(key: string, source: AsyncIterable<Uint8Array>): Promise<void> {
    const path = this.path(key);
    const unfinished = join(this.unfinished, randomUUID());
    try {
      await this.write(unfinished, source);
      await this.publish(unfinished, path);
    } catch (error) {
      await Promise.allSettled([unlink(unfinished), unlink(path)]);
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
    const { size: sizeBytes } = await translated(stat(path));
    return { path, sizeBytes, release: () => Promise.resolve() };
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

  override grow(id: string, offset: number, source: AsyncIterable<Uint8Array>): Promise<number> {
    return translated(this.growingFiles.grow(id, offset, source));
  }

  override grown(id: string): Promise<number> {
    return translated(this.growingFiles.grown(id));
  }

  override async finish(id: string, key: string): Promise<void> {
    const path = this.path(key);
    const growing = this.growingFiles.path(id);
    if (await translated(exists(growing))) await translated(this.publish(growing, path));
    else if (await translated(exists(path))) await this.directorySync.sync(dirname(path));
    else throw new BlobMissing();
  }

  override abandon(id: string): Promise<void> {
    return translated(this.growingFiles.abandon(id));
  }

  override async *growing(): AsyncIterable<GrowingBlob> {
    for await (const path of filesBelow(this.growingDirectory)) {
      const modifiedAt = await modificationTime(path);
      if (modifiedAt !== undefined) yield { id: basename(path), modifiedAt };
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
    try {
      await this.ensureDirectory(directory);
      await rename(unfinished, path);
      await this.directorySync.sync(directory);
    } catch (error) {
      this.directories.clear(); // one of them may be what is missing: the next call makes it again
      throw error;
    }
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

  private path(key: string): string {
    return join(this.blobs, checkKey(key));
  }
}

async function translated<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw translateFileError(error);
  }
}

/**
 * The files in a directory and those below it; none when it is not there. Not by `opendir(…, { recursive: true })`,
 * which in Node.js 20 ends each directory after 32 entries.
 */
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
