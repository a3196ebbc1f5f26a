import { closeSync, openSync, readSync } from 'node:fs';

import type { ProcessorFunction } from '../../../plugin-api/processor';
import { detectEncoding } from '../../../plugin-api/text-encoding';
import { createTextCounter } from './create-text-counter';

const MIB = 1024 * 1024;

/**
 * One a thread, for every run: `run` never yields, so no two runs share it. Small enough to stay in the cache of a
 * core between reading and counting.
 */
const buffer = Buffer.allocUnsafeSlow(MIB / 4);

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
