import type { Readable } from 'node:stream';

/** Bytes from `start` to `end`, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface BlobEntry {
  readonly key: string;
  /** Milliseconds since the Unix epoch. */
  readonly modifiedAt: number;
}

/** A blob as a file of this machine, for as long as it is not released. */
export interface LocalBlob {
  readonly path: string;
  release(): Promise<void>;
}

/**
 * Keeps bytes under keys that the service makes: slash-separated words of `[a-z0-9-.]`, never a part of
 * a name from outside. A blob is immutable and either whole or absent.
 *
 * There is no rename, no append and no listing for callers: rows say what exists, blobs only hold it.
 */
export abstract class BlobStore {
  /**
   * Streams `source` into a new blob. Resolves when the bytes and their name are durable; when it
   * rejects, or the process dies before it resolves, no reader ever sees the key and a sweep removes
   * what was written. At most a few MiB wait in memory: a slow disk slows the source.
   *
   * @throws StorageFull · StorageUnavailable · whatever `source` throws
   */
  abstract put(key: string, source: AsyncIterable<Uint8Array>): Promise<void>;

  /** @throws BlobMissing */
  abstract size(key: string): Promise<number>;

  /** The bytes, or those of `range`. @throws BlobMissing before the stream is handed out */
  abstract read(key: string, range?: ByteRange): Promise<Readable>;

  /** A file that holds the blob's bytes; the caller releases it. @throws BlobMissing */
  abstract local(key: string): Promise<LocalBlob>;

  /** Deleting what is not there is no error: the outcome is the same. */
  abstract delete(key: string): Promise<void>;

  /**
   * Every finished blob whose key begins with `prefix` and a slash, in no order. Blobs that come or go
   * meanwhile may or may not be seen.
   */
  abstract list(prefix: string): AsyncIterable<BlobEntry>;

  /** Removes unfinished writes that nobody has touched since `before`; resolves with how many. */
  abstract sweepUnfinished(before: number): Promise<number>;

  /** Rejects when the store cannot take or give bytes. */
  abstract ping(): Promise<void>;
}
