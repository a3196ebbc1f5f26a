import { join } from 'node:path';

import type { Processor } from '../../../plugin-api/processor';
import { TableResult } from './table.result';
import './table.errors'; // only the worker throws them, but the catalog of errors is made here

/** Describes the columns of a table; see `docs/processors.md`. */
export const tableProcessor: Processor = {
  name: 'table',
  description:
    'Describes a CSV or TSV file: delimiter, header, rows, and type, nulls, distinct values and statistics of each column.',
  accepts: [
    { extension: '.csv', mediaType: 'text/csv', content: 'text' },
    { extension: '.tsv', mediaType: 'text/tab-separated-values', content: 'text' },
  ],
  result: TableResult,
  worker: join(__dirname, 'table.worker.js'),
};
