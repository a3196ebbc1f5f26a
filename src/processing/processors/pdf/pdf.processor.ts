import { join } from 'node:path';

import type { Processor } from '../../../plugin-api/processor';
import { PdfResult } from './pdf.result';
import './pdf.errors'; // only the worker throws them, but the catalog of errors is made here

/** Reads what a PDF says of itself, its text, and a picture of its first page; see `docs/processors.md`. */
export const pdfProcessor: Processor = {
  name: 'pdf',
  description: 'Extracts the text, the metadata and a picture of the first page of a PDF.',
  accepts: [{ extension: '.pdf', mediaType: 'application/pdf', content: ['application/pdf'] }],
  result: PdfResult,
  worker: join(__dirname, 'pdf.worker.js'),
};
