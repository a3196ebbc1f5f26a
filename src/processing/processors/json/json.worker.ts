import { closeSync, openSync } from 'node:fs';

import type { ProcessorFunction } from '../../../plugin-api/processor';
import { readJson } from './json-reader';

/**
 * Validates a JSON file of any size in fixed memory. Invalid JSON is a result, not an error.
 *
 * @throws JsonTooDeep when arrays and objects are nested beyond the limit.
 */
export const run = (({ path, sizeBytes, filename, progress }) => {
  const file = openSync(path, 'r');
  try {
    return readJson(file, { sizeBytes, isLinewise: /\.(?:ndjson|jsonl)$/i.test(filename), progress });
  } finally {
    closeSync(file);
  }
}) satisfies ProcessorFunction;
