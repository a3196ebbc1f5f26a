import { join } from 'node:path';

import { WorkerProcessor, type AcceptedType } from '../../../plugin-api/processor';
import { TableResult } from './table.result';
import './table.errors'; // only the worker throws them, but the catalog of errors is made here

/** Describes the columns of a table; see `docs/processors.md`. */
export class TableProcessor extends WorkerProcessor {
  override readonly name = 'table';
  override readonly description =
    'Describes a CSV or TSV file: delimiter, header, rows, and type, nulls, distinct values and statistics of each column.';
  override readonly accepts: readonly AcceptedType[] = [
    { extension: '.csv', mediaType: 'text/csv', content: 'text' },
    { extension: '.tsv', mediaType: 'text/tab-separated-values', content: 'text' },
  ];
  override readonly result = TableResult;
  override readonly worker = join(__dirname, 'table.worker.js');
}
