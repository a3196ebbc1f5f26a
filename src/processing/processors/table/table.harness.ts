import { closeSync, openSync, writeFileSync } from 'node:fs';

import type { TableLimits } from './table-limits';
import { readTable } from './table-reader';

/** Writes a table to a file and reads it, as CSV unless it shows otherwise: for tests. */
export function readAsTable(path: string, content: string | Uint8Array, limits: Partial<TableLimits> = {}) {
  writeFileSync(path, content);
  const file = openSync(path, 'r');
  try {
    return readTable(file, {
      sizeBytes: Buffer.byteLength(content),
      preferred: ',',
      progress: () => {},
      limits,
    });
  } finally {
    closeSync(file);
  }
}
