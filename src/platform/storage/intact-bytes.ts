import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { BlobStore, ByteRange } from './blob-store';
import { BlobMissing } from './storage.errors';

/** A blob and what its row says about it. */
export interface RecordedBlob {
  readonly blobKey: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/**
 * The bytes of a blob, or those of `range`. If they turn out not to be what was stored, the stream fails
 * before its end.
 *
 * @throws BlobMissing when the blob is gone or has another size
 */
export async function readIntact(
  blobs: BlobStore,
  { blobKey, sizeBytes, sha256 }: RecordedBlob,
  range?: ByteRange,
): Promise<Readable> {
  if ((await blobs.size(blobKey)) !== sizeBytes) throw new BlobMissing();
  const expected = range ? { sizeBytes: range.end - range.start + 1 } : { sizeBytes, sha256 };
  return Readable.from(intactBytes(await blobs.read(blobKey, range), expected), { objectMode: false });
}

/** What bytes must turn out to be. */
export interface Expectation {
  readonly sizeBytes: number;
  /** Lower-case hex; left out for a part of a file. */
  readonly sha256?: string;
}

/**
 * Passes bytes on, the last ones only once it is certain that all are what was stored: nobody gets to the
 * end of a damaged file.
 *
 * @throws BlobMissing in place of the last bytes
 */
export async function* intactBytes(
  source: AsyncIterable<Buffer>,
  { sizeBytes, sha256 }: Expectation,
): AsyncGenerator<Buffer, void> {
  const hash = sha256 === undefined ? undefined : createHash('sha256');
  let passed = 0;
  let held: Buffer | undefined;
  for await (const chunk of source) {
    if (held) yield held;
    hash?.update(chunk);
    passed += chunk.length;
    held = chunk;
  }
  if (passed !== sizeBytes || hash?.digest('hex') !== sha256) throw new BlobMissing();
  if (held) yield held;
}
