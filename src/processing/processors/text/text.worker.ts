import { closeSync, openSync, readSync } from 'node:fs';

import type { ProcessorFunction } from '../../../plugin-api/processor';
import { createTextCounter } from './text-counter';
import { UnsupportedEncoding } from './text.errors';
import type { TextEncoding } from './text-encoding';

const MIB = 1024 * 1024;

/** One a thread, for every run: `run` never yields, so no two runs share it. */
const buffer = Buffer.allocUnsafeSlow(MIB);

const PROGRESS_STEP_BYTES = 4 * MIB;

/**
 * Counts a text file of any size in fixed memory.
 *
 * @throws InvalidText when the bytes are no text in the detected encoding.
 * @throws UnsupportedEncoding when the file starts with the byte-order mark of UTF-32.
 */
export const run = (({ path, sizeBytes, progress }) => {
  const file = openSync(path, 'r');
  try {
    let chunk = readChunk(file);
    const { encoding, markLength } = detectEncoding(chunk);
    const counter = createTextCounter(encoding, markLength);
    counter.write(chunk.subarray(markLength));
    let done = chunk.length;
    let nextReport = PROGRESS_STEP_BYTES;
    while (chunk.length === buffer.length) {
      chunk = readChunk(file);
      counter.write(chunk);
      done += chunk.length;
      if (done >= nextReport) {
        progress(Math.min(1, done / sizeBytes));
        nextReport = done + PROGRESS_STEP_BYTES;
      }
    }
    const { lines, words, chars } = counter.end();
    return {
      processor: 'text' as const,
      line_count: lines,
      word_count: words,
      char_count: chars,
      encoding,
      byte_order_mark: markLength > 0,
    };
  } finally {
    closeSync(file);
  }
}) satisfies ProcessorFunction;

/** The next bytes of the file; fewer than the buffer holds only at its end. */
function readChunk(file: number): Buffer {
  let filled = 0;
  let read: number;
  do {
    read = readSync(file, buffer, filled, buffer.length - filled, null);
    filled += read;
  } while (read > 0 && filled < buffer.length);
  return buffer.subarray(0, filled);
}

/** By the byte-order mark alone; FF FE 00 00 is UTF-32, not UTF-16 that starts with U+0000. */
function detectEncoding(head: Buffer): { encoding: TextEncoding; markLength: number } {
  const startsWith = (...mark: number[]): boolean => mark.every((byte, i) => head[i] === byte);
  if (startsWith(0xff, 0xfe, 0x00, 0x00)) throw new UnsupportedEncoding('utf-32le');
  if (startsWith(0x00, 0x00, 0xfe, 0xff)) throw new UnsupportedEncoding('utf-32be');
  if (startsWith(0xef, 0xbb, 0xbf)) return { encoding: 'utf-8', markLength: 3 };
  if (startsWith(0xff, 0xfe)) return { encoding: 'utf-16le', markLength: 2 };
  if (startsWith(0xfe, 0xff)) return { encoding: 'utf-16be', markLength: 2 };
  return { encoding: 'utf-8', markLength: 0 };
}
