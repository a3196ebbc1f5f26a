import { fileTypeFromBuffer } from 'file-type';

import { TextProcessor } from './text.processor';

const textProcessor = new TextProcessor();

/** How files of a kind begin; the rest begin as prose does. */
const BEGINNINGS: Readonly<Record<string, string>> = {
  '.json': '{"a": [1, 2]}\n',
  '.geojson': '{"type": "FeatureCollection", "features": []}\n',
  '.jsonl': '{"a": 1}\n{"a": 2}\n',
  '.ndjson': '{"a": 1}\n{"a": 2}\n',
  '.xml': '<?xml version="1.0" encoding="UTF-8"?>\n<a/>\n',
  '.vtt': 'WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n',
  '.srt': '1\n00:00:00,000 --> 00:00:01,000\nHello\n',
  '.ics': 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n',
  '.vcf': 'BEGIN:VCARD\r\nVERSION:4.0\r\nEND:VCARD\r\n',
  '.sql': '-- schema\nCREATE TABLE a (b INTEGER);\n',
  '.yaml': '---\na: 1\n',
  '.diff': 'diff --git a/x b/x\n--- a/x\n+++ b/x\n',
};

it('names each extension once, lower case, with the dot', () => {
  const extensions = textProcessor.accepts.map(({ extension }) => extension);
  expect(new Set(extensions).size).toBe(extensions.length);
  expect(extensions.filter((extension) => !/^\.[a-z]+$/.test(extension))).toEqual([]);
});

it('accepts nothing that a browser runs', () => {
  const extensions = textProcessor.accepts.map(({ extension }) => extension);
  for (const active of ['.html', '.htm', '.xhtml', '.svg', '.js', '.mjs', '.css', '.xsl', '.xslt', '.mht']) {
    expect(extensions).not.toContain(active);
  }
});

it.each(textProcessor.accepts)(
  '$extension: content sniffing finds nothing or $mediaType',
  async ({ extension, mediaType }) => {
    const sniffed = await fileTypeFromBuffer(
      Buffer.from(BEGINNINGS[extension] ?? 'Some words, and a line.\n'),
    );
    expect([undefined, mediaType]).toContain(sniffed?.mime);
  },
);
