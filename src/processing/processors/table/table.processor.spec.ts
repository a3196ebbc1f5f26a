import { fileTypeFromBuffer } from 'file-type';

import { TableProcessor } from './table.processor';

const tableProcessor = new TableProcessor();

it('accepts CSV and TSV as text', () => {
  expect(tableProcessor.accepts).toEqual([
    { extension: '.csv', mediaType: 'text/csv', content: 'text' },
    { extension: '.tsv', mediaType: 'text/tab-separated-values', content: 'text' },
  ]);
});

it('is not taken for anything else by its content', async () => {
  expect(await fileTypeFromBuffer(Buffer.from('id,name\n1,Ann\n'))).toBeUndefined();
});
