import { createHash } from 'node:crypto';
import { BlobMissing } from '../platform/storage/storage.errors';

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
