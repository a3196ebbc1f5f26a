import { closeSync, openSync } from 'node:fs';

import type { ProcessorFunction } from '../../../plugin-api/processor';
import { readTable } from './table-reader';

/**
 * Describes a table of any length in fixed memory. Ragged rows and bad quotes are reported, not refused.
 *
 * @throws CellTooLarge when a cell is beyond the limit, mostly since a quote is never closed.
 * @throws TooManyColumns when the first row is beyond the limit.
 * @throws InvalidText when the bytes are no text in the detected encoding.
 * @throws UnsupportedEncoding when the file starts with the byte-order mark of UTF-32.
 */
export const run = (({ path, sizeBytes, filename, progress }) => {
  const file = openSync(path, 'r');
  try {
    return readTable(file, { sizeBytes, preferred: /\.tsv$/i.test(filename) ? '\t' : ',', progress });
  } finally {
    closeSync(file);
  }
}) satisfies ProcessorFunction;
