import { readSync } from 'node:fs';

import { firstIllFormed, wellFormedLength } from '../../../plugin-api/utf8-sequence';

export interface Utf8Chunk {
  /** Well-formed, whole characters only; overwritten by the next chunk. */
  readonly bytes: Buffer;
  /** Where in the file the bytes after these begin. */
  readonly endOffset: number;
  /** The bytes at `endOffset` are no UTF-8: nothing follows. */
  readonly isIllFormed: boolean;
}

/** The rest of an open file from `offset` on, as far as it is UTF-8. */
export function* utf8Chunks(file: number, offset: number, chunkBytes: number): Generator<Utf8Chunk> {
  const buffer = Buffer.allocUnsafeSlow(chunkBytes + 3);
  let kept = 0;
  let endOffset = offset;
  for (;;) {
    const read = readSync(file, buffer, kept, chunkBytes, endOffset + kept);
    const filled = kept + read;
    const length = read === 0 && filled > 0 ? undefined : wellFormedLength(buffer.subarray(0, filled));
    const bytes = buffer.subarray(0, length ?? firstIllFormed(buffer.subarray(0, filled)));
    endOffset += bytes.length;
    yield { bytes, endOffset, isIllFormed: length === undefined };
    if (length === undefined || read === 0) return;
    kept = filled - length;
    buffer.copyWithin(0, length, filled);
  }
}
