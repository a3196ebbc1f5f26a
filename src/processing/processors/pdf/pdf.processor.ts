import { join } from 'node:path';

import { WorkerProcessor, type AcceptedType } from '../../../plugin-api/processor';
import { PdfResult } from './pdf.result';
import './pdf.errors'; // only the worker throws them, but the catalog of errors is made here

/** Reads what a PDF says of itself, its text, and a picture of its first page; see `docs/processors.md`. */
export class PdfProcessor extends WorkerProcessor {
  override readonly name = 'pdf';
  override readonly description = 'Extracts the text, the metadata and a picture of the first page of a PDF.';
  override readonly accepts: readonly AcceptedType[] = [
    { extension: '.pdf', mediaType: 'application/pdf', content: ['application/pdf'] },
  ];
  override readonly result = PdfResult;
  override readonly worker = join(__dirname, 'pdf.worker.js');
}
