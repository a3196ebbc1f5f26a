import { fileTypeFromBuffer } from 'file-type';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { WordProcessor } from './word.processor';

const wordProcessor = new WordProcessor();

it.each([
  ['.docx', 'notes.docx', 'application/zip'],
  ['.docx', 'report.docx', 'application/zip'],
  ['.doc', 'notes.doc', 'application/x-cfb'],
])('recognises %s by the beginning of %s, %s', async (extension, name, found) => {
  const head = readFileSync(join(__dirname, 'fixtures', name)).subarray(0, 4100);
  expect((await fileTypeFromBuffer(head))?.mime).toBe(found);
  expect(wordProcessor.accepts.find((type) => type.extension === extension)?.content).toContain(found);
});
