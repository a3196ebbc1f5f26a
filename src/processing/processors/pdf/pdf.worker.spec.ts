import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';

import { runOnFile } from '../../../plugin-api/processor.harness';
import { CATALOG, FONT, HELLO, PAGE, PAGES, pagesOf, pdf, stream } from './pdf.harness';
import type { PdfResult } from './pdf.result';
import { run } from './pdf.worker';

const directory = mkdtempSync(join(tmpdir(), 'pdf-worker-'));

afterAll(() => rmSync(directory, { recursive: true }));

const fixture = (name: string): string => join(__dirname, 'fixtures', name);

function read(content: string | Uint8Array) {
  const path = join(directory, 'file.pdf');
  writeFileSync(path, content);
  return runOnFile(run, path);
}

const failure = (content: string | Uint8Array): Promise<unknown> =>
  read(content).catch((error: unknown) => error);

const simple = pdf([CATALOG, PAGES, PAGE, HELLO, FONT]);

describe('a document', () => {
  it('gives the text page by page: what pdftotext 22.12 gives, but for empty lines at the end of a page', async () => {
    const { artifacts, result } = await runOnFile(run, fixture('text.pdf'));
    const text = artifacts.get('text.txt');
    expect(text?.contentType).toBe('text/plain; charset=utf-8');
    expect(text?.bytes.toString()).toBe(
      'Efficient offices file affluent waffles — “quoted”, 42 %.\n' +
        'Ελληνικά: Ξεσκεπάζω. Русский: Съешь же ещё.\n' +
        '日本語 テスト。\n' +
        '\fSecond page, with three more words.\n',
    );
    expect(result).toMatchObject({
      line_count: 4,
      word_count: 23,
      char_count: 148,
      words_per_page: [17, 6],
      has_text_layer: true,
    });
  });

  it('gives what pdfinfo 22.12 says', async () => {
    const declared: Omit<PdfResult, 'processing_time'> = (await runOnFile(run, fixture('text.pdf'))).result;
    expect(declared).toMatchObject({
      processor: 'pdf',
      page_count: 2,
      pdf_version: '1.6',
      encrypted: false,
      repaired: false,
      title: 'Two pages',
      author: 'Zoë Müller',
      subject: null,
      creator: 'Writer',
      producer: 'LibreOffice 7.4',
      created_at: '2026-11-22T04:33:14.000Z',
      modified_at: null,
    });
  });

  it('gives a picture of the first page, on white', async () => {
    const { artifacts } = await read(simple);
    const picture = artifacts.get('page-1.webp');
    expect(picture?.contentType).toBe('image/webp');
    const { data, info } = await sharp(picture?.bytes).raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ format: 'raw', width: 1200, height: 600, channels: 3 });
    expect([...data.subarray(0, 3)]).toEqual([255, 255, 255]);
    const dark = data.filter((value) => value < 64).length / data.length;
    expect(dark).toBeGreaterThan(0.005);
    expect(dark).toBeLessThan(0.1);
  });

  it('tells pictures of text from text', async () => {
    const { result, artifacts } = await runOnFile(run, fixture('scan.pdf'));
    expect(result).toMatchObject({
      page_count: 2,
      has_text_layer: false,
      words_per_page: [0, 0],
      word_count: 0,
    });
    expect(artifacts.get('text.txt')?.bytes.toString()).toBe('\f');
  });

  it('reports a fraction for each page', async () => {
    expect((await runOnFile(run, fixture('text.pdf'))).progress).toEqual([0.5, 1]);
  });

  it('cuts what the file states about itself to a length', async () => {
    const { result } = await read(
      pdf([CATALOG, PAGES, PAGE, HELLO, FONT, `<< /Title (${'a'.repeat(5000)}) >>`], '/Info 6 0 R'),
    );
    expect(result.title).toBe('a'.repeat(1024));
  });
});

describe('encryption', () => {
  it('reads a file that only an owner password protects', async () => {
    const { result, artifacts } = await runOnFile(run, fixture('owner-password.pdf'));
    expect(result).toMatchObject({ encrypted: true, pdf_version: '1.7', word_count: 2 });
    expect(artifacts.get('text.txt')?.bytes.toString()).toBe('Hello, world\n');
  });

  it('fails for good when a password is needed', async () => {
    await expect(runOnFile(run, fixture('user-password.pdf'))).rejects.toMatchObject({
      problem: { code: 'pdf_encrypted', status: 422 },
      message: 'The PDF cannot be opened without its password.',
    });
  });
});

describe('damage', () => {
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['only a header', Buffer.from('%PDF-1.7\n')],
    ['garbage', Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) & 0xff))],
    ['a file cut in the middle', readFileSync(fixture('text.pdf')).subarray(0, 12_000)],
    ['a file cut before its end marker', simple.subarray(0, simple.lastIndexOf('startxref'))],
    ['a page tree that leads back into itself', pdf([CATALOG, '<< /Type /Pages /Kids [2 0 R 2 0 R] >>'])],
    ['the same, with a count', pdf([CATALOG, '<< /Type /Pages /Kids [2 0 R] /Count 10 >>'])],
  ])('%s fails for good', async (_what, content) => {
    const error = await failure(content);
    expect(error).toMatchObject({ problem: { code: 'invalid_pdf', status: 422 } });
    expect(String(error)).not.toContain(directory);
  });

  it('names the page that is missing', async () => {
    const error = await failure(pdf([CATALOG, pagesOf(1, 4000), PAGE, HELLO, FONT]));
    expect(error).toMatchObject({ problem: { code: 'invalid_pdf' }, extensions: { page: 2 } });
  });

  it('says when the cross-reference table had to be rebuilt', async () => {
    const { result } = await read(Buffer.from(simple.toString('latin1').replace(/0{5}/g, '11111'), 'latin1'));
    expect(result).toMatchObject({ repaired: true, word_count: 2 });
  });
});

describe('hostile files', () => {
  it.each([
    ['a count that lies', 1_000_000, pagesOf(1, 1_000_000)],
    ['a million pages', 1_000_000, pagesOf(1_000_000)],
    ['one page too many', 5001, pagesOf(5001)],
  ])('%s is refused before any page is read', async (_what, pageCount, pages) => {
    const startedAt = performance.now();
    expect(await failure(pdf([CATALOG, pages, PAGE, HELLO, FONT]))).toMatchObject({
      problem: { code: 'pdf_too_many_pages' },
      extensions: { page_count: pageCount, limit: 5000 },
    });
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it('reads as many pages as are allowed, and keeps none of them', async () => {
    const { result, progress } = await read(pdf([CATALOG, pagesOf(5000), PAGE, HELLO, FONT]));
    expect(result).toMatchObject({ page_count: 5000, word_count: 10_000 });
    expect(progress).toEqual(Array.from({ length: 5000 }, (_, index) => (index + 1) / 5000));
  });

  it('never runs a script', async () => {
    const action = '<< /S /JavaScript /JS (while \\(true\\) {}) >>';
    const catalog = `<< /Type /Catalog /Pages 2 0 R /OpenAction ${action} /AA << /WC ${action} >> /Names << /JavaScript << /Names [(a) ${action}] >> >> >>`;
    const page = PAGE.replace('/Contents', `/AA << /O ${action} >> /Contents`);
    expect((await read(pdf([catalog, PAGES, page, HELLO, FONT]))).result).toMatchObject({ word_count: 2 });
  });

  it.each([
    [
      'a form that draws itself twice',
      stream('/X Do'),
      stream(
        '/X Do /X Do',
        '/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >>',
      ),
    ],
    [
      'text that unpacks to a thousand times its size',
      stream(
        deflateSync(Buffer.from(`BT /F1 12 Tf 10 50 Td ${'(Hello, world abc) Tj '.repeat(2_500_000)} ET`)),
        '/Filter /FlateDecode',
      ),
      '<< >>',
    ],
  ])('%s is stopped at the limit of memory', async (_what, content, object) => {
    jest.spyOn(console, 'error').mockImplementation(() => {});
    const before = process.memoryUsage.rss();
    expect(await failure(pdf([CATALOG, PAGES, PAGE, content, FONT, object]))).toMatchObject({
      problem: { code: 'pdf_too_complex' },
    });
    expect(process.memoryUsage.rss() - before).toBeLessThan(900 * 1024 * 1024);
  });

  it('starts afresh after a crash', async () => {
    expect((await read(simple)).result).toMatchObject({ word_count: 2 });
  });

  it.each([
    [
      'an image of 60,000 by 60,000',
      stream(
        deflateSync(Buffer.alloc(1024 * 1024)),
        '/Type /XObject /Subtype /Image /Width 60000 /Height 60000 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode',
      ),
      PAGE,
    ],
    ['a page of absurd size', '<< >>', PAGE.replace('0 0 200 100', '0 0 1e30 1')],
  ])('%s leaves the picture small', async (_what, object, page) => {
    const { artifacts } = await read(
      pdf([CATALOG, PAGES, page, stream('200 0 0 200 0 0 cm /X Do'), FONT, object]),
    );
    const { width, height } = await sharp(artifacts.get('page-1.webp')?.bytes).metadata();
    expect(Math.max(width, height)).toBe(1200);
  });
});
