import { open, stat, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { BatchedWriter } from './batched-writer';
import { checkGrowingId } from './blob-key';
import type { DirectorySync } from './directory-sync';
import { BlobMissing } from './storage.errors';

/**
 * Growing blobs as files of one directory.
 *
 * The size of a file is its length: bytes are appended front to back with one write under way, so that
 * after the end of the process, whenever it comes, the file holds a beginning of what was sent. File systems
 * write data before the size that covers it (ext4 with ordered data, XFS, Btrfs), so that holds after a power
 * cut too. How much of it is on disk is another matter, so nobody is told a length before a sync.
 */
export class GrowingFiles {
  constructor(
    private readonly directory: string,
    private readonly directorySync: DirectorySync,
  ) {}

  path(id: string): string {
    return join(this.directory, checkGrowingId(id));
  }

  async grow(id: string, offset: number, source: AsyncIterable<Uint8Array>): Promise<number> {
    const file = await open(this.path(id), 'a', 0o600);
    try {
      await cutTo(file, offset);
      return await append(file, offset, source, () => this.sync(file, offset === 0));
    } finally {
      await file.close();
    }
  }

  /** Syncs first: what a process left that died before its own sync counts too, as slow clients need. */
  async grown(id: string): Promise<number> {
    const file = await openIfThere(this.path(id));
    if (!file) return 0;
    try {
      await this.sync(file, true);
      return (await file.stat()).size;
    } finally {
      await file.close();
    }
  }

  async abandon(id: string): Promise<void> {
    await unlink(this.path(id)).catch(unlessMissing);
  }

  private async sync(file: FileHandle, withName: boolean): Promise<void> {
    await file.sync();
    if (withName) await this.directorySync.sync(this.directory);
  }
}

/** Whether anything, a file or a directory, has this path. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => unlessMissing(error) ?? false,
  );
}

async function cutTo(file: FileHandle, offset: number): Promise<void> {
  const { size } = await file.stat();
  if (size < offset) throw new BlobMissing();
  if (size > offset) await file.truncate(offset);
}

/** A source that fails has given good bytes before; a disk that fails has not, so its bytes are taken back. */
async function append(
  file: FileHandle,
  offset: number,
  source: AsyncIterable<Uint8Array>,
  sync: () => Promise<void>,
): Promise<number> {
  let failure: { readonly error: unknown } | undefined;
  const untilFailure = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield* source;
    } catch (error) {
      failure = { error };
    }
  };
  try {
    const length = await write(file, offset, untilFailure());
    await sync();
    if (!failure) return length;
  } catch (error) {
    await file.truncate(offset).catch(() => {}); // a later grow() cuts again
    throw error;
  }
  throw failure.error;
}

async function write(file: FileHandle, offset: number, source: AsyncIterable<Uint8Array>): Promise<number> {
  let length = offset;
  const writer = new BatchedWriter(file);
  for await (const chunk of source) {
    const room = writer.write(chunk);
    length += chunk.byteLength;
    if (room) await room;
  }
  await writer.end();
  return length;
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    return unlessMissing(error);
  }
}

function unlessMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
