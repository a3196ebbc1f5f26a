import { fileTypeFromBuffer } from 'file-type';

import { JsonProcessor } from './json.processor';

const jsonProcessor = new JsonProcessor();

const BEGINNINGS: Readonly<Record<string, string>> = {
  '.json': '{"a": [1, 2]}\n',
  '.geojson': '{"type": "FeatureCollection", "features": []}\n',
  '.jsonl': '{"a": 1}\n{"a": 2}\n',
  '.ndjson': '{"a": 1}\n{"a": 2}\n',
};

it('accepts JSON and newline-delimited JSON as text', () => {
  expect(jsonProcessor.accepts.map(({ extension }) => extension).toSorted()).toEqual(
    Object.keys(BEGINNINGS).toSorted(),
  );
  expect(jsonProcessor.accepts.every(({ content }) => content === 'text')).toBe(true);
});

it.each(jsonProcessor.accepts)(
  '$extension: content sniffing finds nothing',
  async ({ extension, mediaType }) => {
    const sniffed = await fileTypeFromBuffer(Buffer.from(BEGINNINGS[extension]));
    expect([undefined, mediaType]).toContain(sniffed?.mime);
  },
);
