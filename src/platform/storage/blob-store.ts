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

/** A blob that is not finished yet and may go on to grow. */
export interface GrowingBlob {
  readonly id: string;
  /** When bytes were last added, in milliseconds since the Unix epoch. */
  readonly modifiedAt: number;
}

/** A blob as a file of this machine, for as long as it is not released. */
export interface LocalBlob {
  readonly path: string;
  readonly sizeBytes: number;
  release(): Promise<void>;
}

/**
 * Keeps bytes under keys that the service makes: slash-separated words of `[a-z0-9-.]`, never a part of
 * a name from outside. A blob is immutable and either whole or absent.
 *
 * There is no rename, no append to a blob and no listing for callers: rows say what exists, blobs only hold it.
 *
 * What comes in several pieces, perhaps days apart, grows under an identifier (a word of `[a-z0-9-]`) until it
 * is finished: then it becomes a blob. Growing blobs are append-only, cannot be read, and are never swept by
 * age: rows say which are wanted. They have one writer at a time, which is for the caller to see to.
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

  /**
   * Lets the blob `id` grow by `source`, from `offset` on; what lies past `offset` is cut off first. It
   * begins to be there with `offset` 0. Resolves with its length, which is durable. When `source` fails, what
   * came before is kept and durable before this rejects with the same error; when the store fails, the
   * blob ends at `offset` as before.
   *
   * @throws BlobMissing when it is shorter than `offset` · StorageFull · StorageUnavailable · whatever `source` throws
   */
  abstract grow(id: string, offset: number, source: AsyncIterable<Uint8Array>): Promise<number>;

  /** How long a growing blob is, durably; 0 when there is none. Never less than {@link grow} resolved with. */
  abstract grown(id: string): Promise<number>;

  /**
   * Makes a growing blob the blob `key`, without copying it. Resolves when that is durable. To finish again
   * what was finished under this key is no error: whoever died in between can repeat it.
   *
   * @throws BlobMissing when there is neither
   */
  abstract finish(id: string, key: string): Promise<void>;

  /** Forgets a growing blob. That there is none is no error. */
  abstract abandon(id: string): Promise<void>;

  /** Every growing blob, in no order. Those that come or go meanwhile may or may not be seen. */
  abstract growing(): AsyncIterable<GrowingBlob>;

  /** Removes unfinished writes that nobody has touched since `before`; resolves with how many. */
  abstract sweepUnfinished(before: number): Promise<number>;

  /** Rejects when the store cannot take or give bytes. */
  abstract ping(): Promise<void>;
}
