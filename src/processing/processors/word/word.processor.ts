import { join } from 'node:path';

import { WorkerProcessor, type AcceptedType } from '../../../plugin-api/processor';
import { WordResult } from './word.result';
import './word.errors'; // only the worker throws them, but the catalog of errors is made here

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

/** What a compound file, and so a `.doc` and any encrypted Office document, is recognised as. */
const COMPOUND_FILE = 'application/x-cfb';

/** Extracts the text of Word documents; see `docs/processors.md`. */
export class WordProcessor extends WorkerProcessor {
  override readonly name = 'word';
  override readonly description =
    'Extracts the text and the metadata of a Word document (.docx, and .doc since Word 97).';
  override readonly accepts: readonly AcceptedType[] = [
    // The beginning of a .docx need not tell it from another ZIP archive, and an encrypted one is a compound
    // file: both are let in, for the worker to judge.
    { extension: '.docx', mediaType: DOCX, content: [DOCX, 'application/zip', COMPOUND_FILE] },
    { extension: '.doc', mediaType: 'application/msword', content: [COMPOUND_FILE] },
  ];
  override readonly result = WordResult;
  override readonly worker = join(__dirname, 'word.worker.js');
}
