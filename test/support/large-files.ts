import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { zipOf } from '../../src/processing/processors/archive/archive.harness';
import { CATALOG, FONT, PAGE, pagesOf, pdf, stream } from '../../src/processing/processors/pdf/pdf.harness';
import { repeated } from './streamed-upload';

const MiB = 1024 * 1024;

/** A file that keeps its processor busy: a second or so at a scale of 1, on a machine of 2024. */
export interface LargeFile {
  readonly processor: string;
  readonly filename: string;
  readonly pieces: (scale: number) => Iterable<Uint8Array> | Promise<Iterable<Uint8Array>>;
}

const W = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';

/** One for each processor that comes with the service. */
export const LARGE_FILES: readonly LargeFile[] = [
  {
    processor: 'text',
    filename: 'large.txt',
    pieces: (scale) => lines('zażółć gęślą jaźń 🎈 and the rest\n', 800 * scale),
  },
  {
    processor: 'table',
    filename: 'large.csv',
    pieces: (scale) => lines(`${'1,'.repeat(500)}x\n`, 60 * scale),
  },
  {
    processor: 'json',
    filename: 'large.ndjson',
    pieces: (scale) => lines('{"a":1,"b":[{}]}\n', 240 * scale),
  },
  {
    processor: 'archive', // of as many members as it takes
    filename: 'large.gz',
    pieces: (scale) =>
      repeated(gzipSync(Buffer.alloc(MiB, 'one of many lines, and so on\n'), { level: 1 }), 1500 * scale),
  },
  {
    processor: 'word',
    filename: 'large.docx',
    pieces: (scale) => {
      const text = '<w:p><w:r><w:t>Some words of a long story.</w:t></w:r></w:p>'.repeat(250_000 * scale);
      const data = `<w:document xmlns:w="${W}"><w:body>${text}</w:body></w:document>`;
      return [zipOf([{ name: 'word/document.xml', data }])];
    },
  },
  {
    processor: 'pdf', // whose pages share one long text
    filename: 'large.pdf',
    pieces: (scale) => {
      const content = stream(`BT /F1 1 Tf 10 50 Td ${'(Hello, world) Tj '.repeat(300)} ET`);
      return [pdf([CATALOG, pagesOf(800 * scale), PAGE, content, FONT])];
    },
  },
  {
    processor: 'image',
    filename: 'large.avif',
    pieces: async () => {
      const create = { width: 5000, height: 5000, channels: 3, background: '#123' } as const;
      return [await sharp({ create }).avif({ effort: 0 }).toBuffer()];
    },
  },
];

function lines(line: string, mebibytes: number): Iterable<Uint8Array> {
  const piece = Buffer.from(line.repeat(Math.ceil(MiB / Buffer.byteLength(line))));
  return repeated(piece, mebibytes);
}
