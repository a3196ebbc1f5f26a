import { closeSync, openSync, readSync } from 'node:fs';

import type { ProcessorFunction } from '../../../plugin-api/processor';
import { DocDocument } from './doc-document';
import { DocxDocument } from './docx-document';

/** How a compound file begins; anything else is taken for a ZIP archive, which its reader decides. */
const COMPOUND_FILE = Buffer.from('d0cf11e0', 'hex');

/**
 * Extracts a Word document's text to the artifact `text.txt` (UTF-8): the body with its tables and text boxes, then
 * footnotes and endnotes; no headers, footers, comments, or what tracked changes deleted.
 *
 * @throws InvalidDocument · DocumentEncrypted · DocumentTooComplex
 */
export const run = (async ({ path, sizeBytes, artifact, progress }) => {
  const isCompound = firstBytes(path).equals(COMPOUND_FILE);
  const document = isCompound ? DocDocument.open(path, sizeBytes) : await DocxDocument.open(path);
  try {
    await artifact('text.txt', 'text/plain; charset=utf-8', document.text(progress));
  } finally {
    document.close();
  }
  const { format, stated, tableCount, writer } = document;
  return {
    processor: 'word' as const,
    format,
    title: stated.title,
    author: stated.author,
    created_at: stated.createdAt,
    modified_at: stated.modifiedAt,
    page_count: stated.pageCount,
    paragraph_count: writer.paragraphs,
    table_count: tableCount,
    line_count: writer.tally.lines,
    word_count: writer.tally.words,
    char_count: writer.tally.chars,
  };
}) satisfies ProcessorFunction;

function firstBytes(path: string): Buffer {
  const bytes = Buffer.alloc(COMPOUND_FILE.length);
  const file = openSync(path, 'r');
  try {
    readSync(file, bytes, 0, bytes.length, 0);
  } finally {
    closeSync(file);
  }
  return bytes;
}
