import type { UploadFilesResponseDto } from '@app/uploads/uploads.dto';
import { startApp, type TestApp } from './support/app';
import { Client, type Answer } from './support/client';
import { multipartBody, MULTIPART, type Part } from './support/multipart-body';
import { expectProblem } from './support/problem';
import { stored } from './support/traces';

const MAX_FILE_SIZE_BYTES = '1000';

describe('POST /upload/files', () => {
  let service: TestApp;
  let client: Client;
  beforeAll(async () => {
    service = await startApp({ environment: { MAX_FILE_SIZE_BYTES, MAX_FILES_PER_REQUEST: '4' } });
    client = new Client(service.url);
  });
  afterAll(() => service.close());

  const file = (filename: string, content: string, ...headers: string[]): Part => ({
    name: 'files',
    filename,
    content,
    headers,
  });
  const send = (...parts: Part[]): Promise<Answer> =>
    client.sendBytes('/upload/files', multipartBody(...parts), { 'content-type': MULTIPART });
  const upload = async (...parts: Part[]) => (await send(...parts)).ok().json<UploadFilesResponseDto>();

  it('gives each file a job of its own, and all of them the same fields', async () => {
    const fields = [
      { name: 'category', content: 'letters' },
      { name: 'tags', content: 'a, b' },
    ];
    const batch = await upload(file('one.txt', 'one'), ...fields, file('two.md', 'two words'));
    expect(batch).toMatchObject({
      files_uploaded: 2,
      total_size_bytes: 12,
      upload_time_ms: expect.any(Number),
      files: [
        { filename: 'one.txt', category: 'letters', tags: ['a', 'b'], status: 'pending' },
        { filename: 'two.md', category: 'letters', tags: ['a', 'b'], content_type: 'text/markdown' },
      ],
      rejected: [],
    });
    const jobs = await client.allSettled(batch.files);
    expect(jobs.map(({ result }) => result)).toMatchObject([{ word_count: 1 }, { word_count: 2 }]);
    expect(new Set(batch.files.map(({ file_id }) => file_id)).size).toBe(2);
  });

  it('reports each file that it refuses, keeps nothing of it, and takes the others', async () => {
    const before = await stored(service);
    const batch = await upload(
      file('fake.png', 'no picture'),
      file('large.txt', 'x'.repeat(1001)),
      file('good.txt', 'good'),
      file('tool.exe', 'MZ'),
    );
    expect(batch).toMatchObject({
      files_uploaded: 1,
      total_size_bytes: 4,
      files: [{ filename: 'good.txt' }],
      rejected: [
        { filename: 'fake.png', problem: { code: 'unsupported_file_type', status: 400 } },
        { filename: 'large.txt', problem: { code: 'file_too_large', status: 413 } },
        { filename: 'tool.exe', problem: { code: 'unsupported_file_type' } },
      ],
    });
    await client.allSettled(batch.files);
    const after = await stored(service);
    expect(after.blobs.length).toBe(before.blobs.length + 1);
  });

  it('refuses a file that the processor asked for does not take, and takes the others', async () => {
    const batch = await upload(
      { name: 'processor', content: 'table' },
      file('a.csv', 'a,b\n1,2\n'),
      file('b.txt', 'text'),
    );
    expect(batch).toMatchObject({
      files: [{ filename: 'a.csv' }],
      rejected: [{ filename: 'b.txt', problem: { code: 'processor_not_applicable' } }],
    });
  });

  it('refuses a file whose own digest is wrong', async () => {
    const wrong = `Content-Digest: sha-256=:${Buffer.alloc(32).toString('base64')}:`;
    expect(await upload(file('a.txt', 'a', wrong), file('b.txt', 'b'))).toMatchObject({
      files: [{ filename: 'b.txt' }],
      rejected: [{ filename: 'a.txt', problem: { code: 'digest_mismatch' } }],
    });
  });

  it('ignores the empty part of a form in which nothing was chosen', async () => {
    expect(await upload(file('', ''), file('b.txt', 'b'))).toMatchObject({ files_uploaded: 1, rejected: [] });
  });

  it.each<[string, Part[], object]>([
    ['no file', [{ name: 'category', content: 'x' }], { status: 400, code: 'missing_file' }],
    ['nothing but refused files', [file('a.exe', 'a')], { status: 400, code: 'no_file_accepted' }],
    [
      'a file under another name',
      [file('a.txt', 'a'), { name: 'file', filename: 'b.txt', content: 'b' }],
      { status: 400, code: 'unexpected_field' },
    ],
    [
      'more files than allowed',
      ['1', '2', '3', '4', '5'].map((name) => file(`${name}.txt`, name)),
      { status: 400, code: 'too_many_parts' },
    ],
    [
      'a field that breaks the schema',
      [file('a.txt', 'a'), { name: 'expires_in', content: 'soon' }],
      { status: 422, code: 'validation_failed' },
    ],
  ])('refuses %s and stores nothing', async (_, parts, expected) => {
    const before = await stored(service);
    expectProblem(await send(...parts), expected as { status: number; code: string });
    expect(await stored(service)).toEqual(before);
  });

  it('says of each file why none was accepted', async () => {
    const answer = await send(file('a.exe', 'a'), file('b.png', 'b'));
    expect(answer.json()).toMatchObject({
      rejected: [
        { filename: 'a.exe', problem: { code: 'unsupported_file_type' } },
        { filename: 'b.png', problem: { code: 'unsupported_file_type' } },
      ],
    });
  });
});
