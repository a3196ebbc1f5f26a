import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { startApp, type TestApp } from './support/app';
import { Client } from './support/client';
import { expectProblem } from './support/problem';

const PROCESSORS = join(__dirname, '..', 'src', 'processing', 'processors');
const fixture = (path: string) => new Uint8Array(readFileSync(join(PROCESSORS, path)));

describe('the processors that come with the service', () => {
  let service: TestApp;
  let client: Client;
  beforeAll(async () => {
    service = await startApp();
    client = new Client(service.url);
  });
  afterAll(() => service.close());

  it.each([
    [
      'image/fixtures/photo.jpg',
      'image/jpeg',
      { format: 'jpeg', orientation: 6 },
      ['thumbnail.webp', 'web.webp'],
    ],
    [
      'image/fixtures/animated.gif',
      'image/gif',
      { format: 'gif', is_animated: true },
      ['thumbnail.webp', 'web.webp'],
    ],
    [
      'pdf/fixtures/text.pdf',
      'application/pdf',
      { page_count: 2, has_text_layer: true },
      ['page-1.webp', 'text.txt'],
    ],
    ['word/fixtures/notes.doc', 'application/msword', { format: 'doc' }, ['text.txt']],
    ['word/fixtures/report.docx', undefined, { format: 'docx', title: 'Annual report 2024' }, ['text.txt']],
    ['archive/fixtures/info-zip.zip', 'application/zip', { format: 'zip', entries: 12 }, []],
    ['archive/fixtures/pax.tgz', 'application/gzip', { format: 'tar.gz', entries: 12 }, []],
  ])('process %s', async (path, contentType, result, artifacts) => {
    const upload = await client.upload(fixture(path), { filename: basename(path) });
    if (contentType) expect(upload.content_type).toBe(contentType);
    const job = await client.settled(upload.job_id);
    expect(job).toMatchObject({ status: 'completed', result: { processor: path.split('/')[0], ...result } });
    expect(job.artifacts.map(({ name }) => name).toSorted()).toEqual(artifacts);
    for (const { url, size_bytes } of job.artifacts) {
      expect((await client.send(url)).ok().bytes).toHaveLength(size_bytes);
    }
  });

  it.each([
    ['a.csv', 'name,age\nAnn,41\nBob,37\n', 'table', { row_count: 2, column_count: 2 }],
    ['a.json', '{"a":[1,2,{"b":null}]}', 'json', { valid: true }],
    ['a.ndjson', '{"a":1}\n{"a":2}\n', 'json', { valid: true }],
    ['a.txt', 'hello wide world', 'text', { word_count: 3 }],
  ])('choose by content: %s', async (filename, content, processor, result) => {
    const job = await client.settled((await client.upload(content, { filename })).job_id);
    expect(job).toMatchObject({ status: 'completed', processor, result: { processor, ...result } });
  });

  it('let the caller ask for another one, with the upload or later', async () => {
    const fields = { processor: 'text' };
    const upload = await client.upload('a,b\n1,2\n', { filename: 'a.csv', fields });
    expect(await client.settled(upload.job_id)).toMatchObject({
      processor: 'text',
      result: { line_count: 2 },
    });
    const again = await client.createJob(upload.file_id, 'table');
    expect(await client.settled(again.job_id)).toMatchObject({
      processor: 'table',
      result: { row_count: 1 },
    });
    const unfit = await client.sendJson('/jobs', { file_id: upload.file_id, processor: 'pdf' });
    expectProblem(unfit, { status: 422, code: 'processor_not_applicable' });
  });

  it.each([
    ['a PDF named .jpg', 'pdf/fixtures/text.pdf', 'a.jpg', /application\/pdf/],
    ['a JPEG named .pdf', 'image/fixtures/photo.jpg', 'a.pdf', /image\/jpeg/],
    ['a zip named .png', 'archive/fixtures/info-zip.zip', 'a.png', /application\/zip/],
    ['a JPEG named .txt', 'image/fixtures/photo.jpg', 'a.txt', /image\/jpeg/],
    ['a Word file named .zip', 'word/fixtures/notes.doc', 'a.zip', /x-cfb/],
  ])('are not handed %s: the answer says what was found', async (_, path, filename, found) => {
    const { detail } = expectProblem(await client.sendUpload(fixture(path), { filename }), {
      status: 400,
      code: 'unsupported_file_type',
    });
    expect(detail).toMatch(found);
  });

  it('fail a file for good when it is damaged or locked, and say why', async () => {
    const locked = await client.upload(fixture('pdf/fixtures/user-password.pdf'), { filename: 'a.pdf' });
    expect(await client.settled(locked.job_id)).toMatchObject({
      status: 'failed',
      attempt: 1,
      error: { code: 'pdf_encrypted' },
    });
    const photo = fixture('image/fixtures/photo.jpg');
    const cut = await client.upload(photo.slice(0, photo.length / 2), { filename: 'a.jpg' });
    expect(await client.settled(cut.job_id)).toMatchObject({
      status: 'failed',
      attempt: 1,
      error: { code: 'invalid_image' },
    });
  });

  it('are listed with what they take', async () => {
    const processors = (await client.send('/processors'))
      .ok()
      .json<{ name: string; accepts: { extension: string }[] }[]>();
    expect(processors.map(({ name }) => name)).toEqual([
      'image',
      'pdf',
      'word',
      'table',
      'json',
      'archive',
      'text',
    ]);
    const extensions = processors.flatMap(({ accepts }) => accepts.map(({ extension }) => extension));
    expect(extensions).toEqual(
      expect.arrayContaining(['.avif', '.tiff', '.docx', '.doc', '.tsv', '.ndjson', '.tgz']),
    );
  });
});
