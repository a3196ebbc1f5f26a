import type { JobStatusDto } from '@app/jobs/jobs.dto';
import { ManualClock } from '@app/platform/clock/manual.clock';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import {
  crcOfZeros,
  deflatedZeros,
  gzippedZeros,
  tarEntry,
  tarOf,
  zipOf,
} from '../../src/processing/processors/archive/archive.harness';
import { blackPng, manyFrames, manyPages } from '../../src/processing/processors/image/image.harness';
import {
  CATALOG,
  FONT,
  HELLO,
  PAGE,
  PAGES,
  pagesOf,
  pdf,
} from '../../src/processing/processors/pdf/pdf.harness';
import { startApp, type TestApp } from '../support/app';
import { Client, waitFor } from '../support/client';
import { expectProblem } from '../support/problem';
import { repeated, streamedUpload } from '../support/streamed-upload';
import { testProcessor } from '../support/test-processors';
import { NOTHING, traces } from '../support/traces';

const MiB = 1024 * 1024;
const PROCESSORS = join(__dirname, '..', '..', 'src', 'processing', 'processors');

const fixture = (path: string): Buffer => readFileSync(join(PROCESSORS, path));
const photo = fixture('image/fixtures/photo.jpg');
const animation = fixture('image/fixtures/animated.gif');

let service: TestApp;
let client: Client;

/** A service of its own for each group, that has to be in order when the group is through. */
function hostileGroup(what: string, tests: () => void): void {
  describe(what, () => {
    beforeAll(async () => {
      const environment = { MAX_FILE_SIZE_BYTES: String(512 * MiB), JOB_TIMEOUT_SECONDS: '60' };
      service = await startApp({ environment });
      client = new Client(service.url);
    });
    afterAll(() => service.close());

    tests();

    it('and the service goes on', async () => {
      expect((await client.send('/livez')).status).toBe(200);
      const { job_id } = await client.upload('still here');
      expect(await client.settled(job_id)).toMatchObject({ status: 'completed', attempt: 1 });
      const { blobs, unfinished, files, tasks } = await traces(service);
      expect({ unfinished, tasks }).toEqual({ unfinished: [], tasks: 0 });
      expect(blobs.filter((path) => path.includes('originals'))).toHaveLength(files);
      expect(blobs.every((path) => /[0-9a-f-]{36}[^/]*$/.test(path))).toBe(true);
    });
  });
}

async function processed(filename: string, pieces: Iterable<Uint8Array>): Promise<JobStatusDto> {
  const { status, body } = await streamedUpload(service.url, filename, pieces);
  expect(status).toBe(200);
  return client.settled(body.job_id);
}

/** For good: another attempt could not help. Nothing but the original is kept, and the reason tells no path. */
async function expectFailed(job: JobStatusDto, code: string): Promise<void> {
  expect(job).toMatchObject({ status: 'failed', attempt: 1, result: null, artifacts: [], error: { code } });
  expect(JSON.stringify(job.error)).not.toContain(service.dataDir);
  const { blobs } = await traces(service);
  expect(blobs.filter((path) => path.includes(job.job_id))).toEqual([]);
}

type Row = readonly [what: string, filename: string, make: () => Uint8Array, code: string];

const failForGood = (rows: readonly Row[]): void => {
  it.each(rows)('%s fails for good', async (_what, filename, make, code) => {
    await expectFailed(await processed(filename, [make()]), code);
  });
};

hostileGroup('content that is not what the name says', () => {
  const program = Buffer.concat([
    Buffer.from('MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff', 'latin1'),
    Buffer.alloc(500),
  ]);
  const page = Buffer.from('<!doctype html><script>alert(1)</script>');

  it.each([
    ['a program', 'a.jpg', program, /msdownload|dosexec|portable-executable/],
    ['a page', 'a.jpg', page, /unknown|html/],
    ['a drawing', 'a.png', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), /unknown|xml|svg/],
    ['a program', 'a.csv', program, /msdownload|dosexec|portable-executable/],
    ['a page', 'a.pdf', page, /unknown|html/],
    ['a picture', 'a.zip', photo, /image\/jpeg/],
    ['an archive', 'a.gif', zipOf([{ name: 'a', data: 'b' }]), /application\/zip/],
    ['UTF-16 without its mark', 'a.csv', Buffer.from('a,b\n1,2\n', 'utf16le'), /binary data/],
  ])('%s named %s is refused, and nothing is stored', async (_what, filename, content, found) => {
    const answer = await client.sendUpload(new Uint8Array(content), { filename });
    const { detail } = expectProblem(answer, { status: 400, code: 'unsupported_file_type' });
    expect(detail).toMatch(found);
    expect(await traces(service)).toEqual(NOTHING);
  });
});

hostileGroup('images', () => {
  it('a JPEG that is a ZIP as well is only ever a download, and what is derived is drawn anew', async () => {
    const hidden = zipOf([{ name: 'evil.html', data: '<script>alert(1)</script>', method: 0 }]);
    const job = await processed('a.jpg', [photo, hidden]);
    expect(job).toMatchObject({ status: 'completed', processor: 'image', result: { format: 'jpeg' } });
    const urls = job.artifacts.map(({ url }) => url);
    expect(urls).toHaveLength(2);
    for (const url of [`/files/${job.file_id}`, ...urls]) {
      const { headers } = (await client.send(url)).ok();
      expect(headers.get('content-disposition')).toMatch(/^attachment;/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
    }
    for (const url of urls) {
      const { bytes } = (await client.send(url)).ok();
      expect(bytes.includes('evil.html') || bytes.includes('PK\x03\x04')).toBe(false);
      const { format, exif } = await sharp(bytes).metadata();
      expect({ format, exif }).toEqual({ format: 'webp', exif: undefined });
    }
  });

  failForGood([
    ['a PNG of 16,000² pixels and 800 KB', 'a.png', () => blackPng(16_000, 16_000), 'image_too_large'],
    ['a GIF of 400,000 frames', 'a.gif', () => manyFrames(400_000), 'image_too_many_pages'],
    ['a TIFF of 20,000 pages', 'a.tiff', () => manyPages(20_000), 'image_too_many_pages'],
    ['a JPEG that is cut', 'a.jpg', () => photo.subarray(0, photo.length / 2), 'invalid_image'],
    ['a GIF that is cut', 'a.gif', () => animation.subarray(0, animation.length - 20), 'invalid_image'],
  ]);
});

hostileGroup('archives', () => {
  const liar = () => [
    { name: 'a', data: 'b' },
    { name: 'liar', packed: deflatedZeros(512), size: 1000 },
  ];
  const honest = () => [{ name: 'zeros', packed: deflatedZeros(512), size: 512 * MiB, crc: crcOfZeros(512) }];
  const manyEntries = (): Buffer => {
    const member = gzipSync(Buffer.alloc(1000 * 512, tarEntry({ name: 'a' })));
    return Buffer.concat(Array.from({ length: 1000 }, () => member));
  };

  failForGood([
    ['a zip bomb with a lying size', 'a.zip', () => zipOf(liar()), 'invalid_archive'],
    ['a zip bomb that says what it is', 'a.zip', () => zipOf(honest()), 'archive_bomb'],
    ['a gzip bomb', 'a.gz', () => gzippedZeros(1024), 'archive_bomb'],
    ['a tar of a million entries', 'a.tgz', manyEntries, 'too_many_entries'],
    [
      'a zip that states a million',
      'a.zip',
      () => zipOf([{ name: 'a', data: 'b' }], { entryCount: 1_000_000, isZip64: true }),
      'too_many_entries',
    ],
    [
      'a zip that is cut',
      'a.zip',
      () => zipOf([{ name: 'a', data: 'b' }]).subarray(0, 40),
      'invalid_archive',
    ],
  ]);

  it.each([
    ['zip', 'a.zip', (name: string) => zipOf([{ name, data: 'evil' }])],
    ['tar', 'a.tar', (name: string) => tarOf([{ name, data: 'evil' }])],
  ])('a %s with paths that lead out says so, and nothing is written there', async (_what, filename, make) => {
    const outside = join(service.dataDir, '..', 'filemill-slipped');
    for (const path of ['../'.repeat(20) + outside.slice(1), outside, '../../../../filemill-slipped']) {
      const job = await processed(filename, [make(path)]);
      expect(job).toMatchObject({
        status: 'completed',
        result: { entries: 1, unsafe_paths: 1, listing: [{ unsafe: true }] },
        artifacts: [],
      });
    }
    expect(existsSync(outside)).toBe(false);
    expect(existsSync(join(service.dataDir, 'files', 'filemill-slipped'))).toBe(false);
  });
});

hostileGroup('documents', () => {
  const W = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
  const docx = (text: string, head = ''): Buffer =>
    zipOf([
      {
        name: 'word/document.xml',
        data: `<?xml version="1.0"?>${head}<w:document xmlns:w="${W}"><w:body><w:p><w:r><w:t>${text}</w:t></w:r></w:p></w:body></w:document>`,
      },
    ]);
  const laughs = `<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "${'&a;'.repeat(1000)}"><!ENTITY c "${'&b;'.repeat(1000)}">]>`;

  failForGood([
    ['a billion laughs', 'a.docx', () => docx('&c;', laughs), 'invalid_document'],
    [
      'a file read as an entity',
      'a.docx',
      () => docx('&c;', '<!DOCTYPE d [<!ENTITY c SYSTEM "file:///etc/passwd">]>'),
      'invalid_document',
    ],
    ['a Word file that is a bomb', 'a.docx', () => docx(' '.repeat(100 * MiB)), 'document_too_complex'],
    [
      'a Word file that is another archive',
      'a.docx',
      () => zipOf([{ name: 'a.txt', data: 'b' }]),
      'invalid_document',
    ],
    [
      'a million pages',
      'a.pdf',
      () => pdf([CATALOG, pagesOf(1_000_000), PAGE, HELLO, FONT]),
      'pdf_too_many_pages',
    ],
    [
      'one page that says it is a million',
      'a.pdf',
      () => pdf([CATALOG, pagesOf(1, 1_000_000), PAGE, HELLO, FONT]),
      'pdf_too_many_pages',
    ],
    ['a PDF with a password', 'a.pdf', () => fixture('pdf/fixtures/user-password.pdf'), 'pdf_encrypted'],
    ['a PDF that is cut', 'a.pdf', () => fixture('pdf/fixtures/text.pdf').subarray(0, 12_000), 'invalid_pdf'],
  ]);

  it('a PDF with scripts is read without running them', async () => {
    const action = '<< /S /JavaScript /JS (while \\(true\\) {}) >>';
    const catalog = `<< /Type /Catalog /Pages 2 0 R /OpenAction ${action} /AA << /WC ${action} >> >>`;
    const page = PAGE.replace('/Contents', `/AA << /O ${action} >> /Contents`);
    const job = await processed('a.pdf', [pdf([catalog, PAGES, page, HELLO, FONT])]);
    expect(job).toMatchObject({ status: 'completed', result: { word_count: 2 } });
  });
});

hostileGroup('tables', () => {
  const block = (text: string): Buffer => Buffer.from(text.repeat(MiB / text.length));

  it.each([
    ['one cell', [Buffer.alloc(0)], block('x'), 'cell_too_large'],
    ['a quote that is never closed', [Buffer.from('a,b\n1,"')], block('x,\n1'), 'cell_too_large'],
    ['one row of many cells', [Buffer.alloc(0)], block('1,'), 'too_many_columns'],
  ])('a CSV of 300 MB that is %s fails for good', async (_what, head, piece, code) => {
    const pieces = (function* () {
      yield* head;
      yield* repeated(piece, 286);
    })();
    await expectFailed(await processed('a.csv', pieces), code);
  });

  it('a CSV of 300 MB in two lines is described', async () => {
    const pieces = (function* () {
      yield Buffer.from('a,b\n');
      yield* repeated(block('1,'), 286);
    })();
    expect(await processed('a.csv', pieces)).toMatchObject({
      status: 'completed',
      result: { row_count: 1, column_count: 2, ragged_rows: { count: 1, lines: [2] } },
    });
  });

  failForGood([
    ['bytes that are no text', 'a.csv', () => Buffer.from('a,b\n1,\xff\n', 'latin1'), 'invalid_text'],
    [
      'UTF-16 that is cut',
      'a.csv',
      () => Buffer.from('\ufeffa,b\n', 'utf16le').subarray(0, 9),
      'invalid_text',
    ],
    ['UTF-32', 'a.csv', () => Buffer.from('fffe000061000000', 'hex'), 'unsupported_encoding'],
  ]);

  it.each([
    [
      'broken quotes',
      Buffer.from('a,b\n"x"y,2\n3,4"\n"open,5\n'),
      { bad_quotes: { count: 3, lines: [2, 3, 4] } },
    ],
    ['UTF-16', Buffer.from('\ufeffname,age\nŻaneta,41\n', 'utf16le'), { encoding: 'utf-16le', row_count: 1 }],
    [
      'UTF-16 the other way round',
      Buffer.from('\ufeffa,b\n1,2\n', 'utf16le').swap16(),
      { encoding: 'utf-16be' },
    ],
  ])('a CSV with %s is described', async (_what, content, result) => {
    expect(await processed('a.csv', [content])).toMatchObject({ status: 'completed', result });
  });

  it('cells that are formulas to a spreadsheet are data in JSON', async () => {
    const cells = ['=cmd|/C calc!A0', '+1+1', '-1+1', '@SUM(A1)', '<script>alert(1)</script>'];
    const { job_id } = await processed('a.csv', [
      Buffer.from(`name,cell\n${cells.map((cell) => `x,${cell}\n`).join('')}`),
    ]);
    const answer = (await client.send(`/jobs/${job_id}/result`)).ok();
    expect(answer.json()).toMatchObject({ preview: cells.map((cell) => ['x', cell]) });
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  });
});

describe('a processor that loops for ever', () => {
  it('is killed at JOB_TIMEOUT_SECONDS, and what comes after it is processed', async () => {
    const clock = new ManualClock();
    const environment = { JOB_TIMEOUT_SECONDS: '5', PROCESSING_CONCURRENCY: '1' };
    service = await startApp({ clock, environment, processors: [testProcessor('looping')] });
    client = new Client(service.url);
    const marker = join(service.dataDir, 'begun');
    const loop = await client.upload(marker, { filename: 'a.looping' });
    const next = await client.upload(new Uint8Array(photo), { filename: 'a.jpg' });
    await waitFor(() => existsSync(marker));
    clock.advance(5_000);
    await expectFailed(await client.settled(loop.job_id), 'processing_timeout');
    expect(await client.settled(next.job_id)).toMatchObject({ status: 'completed', processor: 'image' });
    expect((await client.send('/livez')).status).toBe(200);
    await service.close();
  });
});
