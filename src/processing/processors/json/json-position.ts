import { readSync } from 'node:fs';

import type { JsonPosition } from './json.errors';

const CHUNK_BYTES = 256 * 1024;
const LINE_FEED = 0x0a;

/**
 * Line and column of a byte. Reads the file a second time, which only those that have an error pay for.
 *
 * @param start - Where the text starts: after the byte-order mark.
 */
export function positionOf(file: number, start: number, byteOffset: number): JsonPosition {
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  let line = 1;
  let column = 1;
  for (let at = start; at < byteOffset;) {
    const read = readSync(file, buffer, 0, Math.min(CHUNK_BYTES, byteOffset - at), at);
    if (read === 0) break;
    for (let i = 0; i < read; i++) {
      const byte = buffer[i];
      if (byte === LINE_FEED) {
        line++;
        column = 1;
      } else if ((byte & 0xc0) !== 0x80) {
        column++;
      }
    }
    at += read;
  }
  return { byteOffset, line, column };
}
