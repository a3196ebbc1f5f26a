import { fileTypeFromBuffer } from 'file-type';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { PdfProcessor } from './pdf.processor';

const pdfProcessor = new PdfProcessor();

it.each(['text.pdf', 'scan.pdf', 'user-password.pdf'])('recognises %s by its beginning', async (name) => {
  const head = readFileSync(join(__dirname, 'fixtures', name)).subarray(0, 4100);
  expect(pdfProcessor.accepts[0].content).toContain((await fileTypeFromBuffer(head))?.mime);
});

it('does not load the library on the main thread', () => {
  jest.isolateModules(() => {
    jest.doMock('@hyzyla/pdfium', () => {
      throw new Error('loaded');
    });
    expect(() => require('./pdf.processor')).not.toThrow();
  });
});
