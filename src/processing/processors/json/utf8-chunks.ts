import { isUtf8 } from 'node:buffer';
import { readSync } from 'node:fs';

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

/** Without the character that the end may have cut; undefined when the bytes are no UTF-8. */
function wellFormedLength(bytes: Buffer): number | undefined {
  const cut = [0, 1, 2, 3].find((count) => isUtf8(bytes.subarray(0, Math.max(0, bytes.length - count))));
  return cut === undefined ? undefined : Math.max(0, bytes.length - cut);
}

/** Index of the first byte of the first ill-formed or unfinished sequence. */
function firstIllFormed(bytes: Buffer): number {
  let at = 0;
  for (let length: number | undefined = 0; length !== undefined; at += length ?? 0) {
    const start = at;
    length = [1, 2, 3, 4].find(
      (count) => start + count <= bytes.length && isUtf8(bytes.subarray(start, start + count)),
    );
  }
  return at;
}
