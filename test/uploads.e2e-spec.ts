import type { ProcessorDto } from '@app/processing/processing.dto';
import type { UploadResponseDto } from '@app/uploads/uploads.dto';
import { createHash, randomBytes } from 'node:crypto';
import { startApp, type TestApp } from './support/app';
import { Client } from './support/client';
import { MULTIPART, multipartBody } from './support/multipart-body';
import { expectProblem } from './support/problem';
import { head, RawConnection } from './support/raw-request';
import { traces } from './support/traces';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('POST /upload', () => {
  let service: TestApp;
  let client: Client;
  beforeAll(async () => {
    service = await startApp();
    client = new Client(service.url);
  });
  afterAll(() => service.close());

  it('answers with the file, its job and where to follow it', async () => {
    const content = 'Tea at four.\n';
    const fields = {
      description: 'Minutes',
      tags: '2026, draft,,2026',
      category: 'minutes',
      processor: 'text',
    };
    const answer = await client.sendUpload(content, { filename: 'minutes.txt', fields });

    expect(answer.status).toBe(200);
    const upload = answer.json<UploadResponseDto>();
    expect(upload).toEqual({
      job_id: expect.stringMatching(UUID),
      file_id: expect.stringMatching(UUID),
      filename: 'minutes.txt',
      content_type: 'text/plain',
      size_bytes: 13,
      sha256: createHash('sha256').update(content).digest('hex'),
      description: 'Minutes',
      category: 'minutes',
      tags: ['2026', 'draft'],
      uploaded_at: expect.stringMatching(TIMESTAMP),
      expires_at: null,
      upload_time_ms: expect.any(Number),
      status: 'pending',
      result: null,
      error: null,
      message: expect.stringContaining(`/jobs/${upload.job_id}`),
    });
    expect(answer.headers.get('location')).toBe(`/jobs/${upload.job_id}`);
    expect(answer.headers.get('x-request-id')).toMatch(/^[\w.-]+$/);
    expect(answer.headers.get('x-powered-by')).toBeNull();
    expect(await client.job(upload.job_id)).toMatchObject({ file_id: upload.file_id, processor: 'text' });
  });

  it('knows nothing of a file that nothing was said about, and takes empty fields as not sent', async () => {
    const bare = { description: null, category: null, tags: [] };
    expect(await client.upload('x')).toMatchObject(bare);
    const empty = { description: '', category: '', tags: '', processor: '' };
    expect(await client.upload('x', { fields: empty })).toMatchObject(bare);
  });

  it('takes what the browser claims about the type as no evidence', async () => {
    const headers = ['Content-Type: text/html'];
    const body = multipartBody({ name: 'file', filename: 'a.md', content: '# hi', headers });
    const answer = await client.sendBytes('/upload', body, { 'content-type': MULTIPART });
    expect(answer.json<UploadResponseDto>().content_type).toBe('text/markdown');
  });

  it('stores exactly the bytes that came, also when they are many', async () => {
    const content = Buffer.from(randomBytes(3 * 1024 * 1024).toString('base64'));
    const { file_id, sha256 } = await client.upload(content, { filename: 'large.txt' });
    expect(sha256).toBe(createHash('sha256').update(content).digest('hex'));
    expect((await client.send(`/files/${file_id}`)).bytes.equals(content)).toBe(true);
  });

  it('takes every type that the text processor accepts, with its media type', async () => {
    const processors = (await client.send('/processors')).json<ProcessorDto[]>();
    const { accepts } = processors.find(({ name }) => name === 'text')!;
    expect(accepts.length).toBeGreaterThan(20);
    const uploads = await Promise.all(
      accepts.map(({ extension }) => client.upload('{}', { filename: `a${extension.toUpperCase()}` })),
    );
    expect(uploads.map(({ content_type }) => content_type)).toEqual(accepts.map((type) => type.media_type));
  });

  const long = (length: number) => 'x'.repeat(length);
  it.each([
    ['a description of 1001 characters', { description: long(1001) }, 'description'],
    ['a description with NUL', { description: 'a\0b' }, 'description'],
    ['21 tags', { tags: Array.from({ length: 21 }, (_, index) => index).join(',') }, 'tags'],
    ['a tag of 51 characters', { tags: `short,${long(51)}` }, 'tags'],
    ['a category of 101 characters', { category: long(101) }, 'category'],
    ['a processor whose name cannot be one', { processor: '../text' }, 'processor'],
    ['an unknown field', { colour: 'red' }, 'colour'],
  ])('refuses %s and forgets the file', async (_, fields, field) => {
    const before = await traces(service);
    const problem = expectProblem(await client.sendUpload('x', { fields }), {
      status: 422,
      code: 'validation_failed',
    });
    expect(problem.errors).toEqual([{ field: expect.stringMatching(field), message: expect.any(String) }]);
    expect((await traces(service)).blobs).toEqual(before.blobs);
  });

  it.each([
    ['is not installed', 'midjourney'],
    ['takes other files', 'images'],
  ])('refuses a processor that %s, naming those that fit', async (_, processor) => {
    const before = await traces(service);
    const answer = await client.sendUpload('x', { fields: { processor } });
    const problem = expectProblem(answer, {
      status: 422,
      code: 'processor_not_applicable',
      instance: '/upload',
    });
    expect(problem.detail).toMatch(/text/);
    expect((await traces(service)).blobs).toEqual(before.blobs);
  });

  it('keeps the connection for the next request after a refusal', async () => {
    const connection = await RawConnection.open(service.url);
    const body = multipartBody({ name: 'file', filename: 'a.exe', content: 'MZ' });
    await connection.write(
      head('POST', '/upload', { 'Content-Type': MULTIPART, 'Content-Length': `${body.length}` }),
    );
    await connection.write(body);
    expect((await connection.response()).status).toBe(400);
    await connection.write(head('GET', '/livez'));
    expect((await connection.response()).status).toBe(200);
    await connection.abort();
  });

  it('stores 100 uploads that come at once, each with its own content', async () => {
    const contents = Array.from({ length: 100 }, (_, index) => `upload number ${index}`);
    const uploads = await Promise.all(contents.map((content) => client.upload(content)));
    const downloads = await Promise.all(uploads.map(({ file_id }) => client.send(`/files/${file_id}`)));
    expect(downloads.map(({ text }) => text)).toEqual(contents);
    expect(new Set(uploads.map(({ job_id }) => job_id)).size).toBe(100);
    const jobs = await client.allSettled(uploads);
    expect(new Set(jobs.map(({ status }) => status))).toEqual(new Set(['completed']));
  });

  it('has the job at hand as soon as it has answered', async () => {
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const { job_id } = await client.upload('x');
        return (await client.send(`/jobs/${job_id}`)).status;
      }),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
  });
});

describe('POST /upload where only some types are allowed', () => {
  it('refuses the others and says which are accepted', async () => {
    const service = await startApp({ environment: { ALLOWED_EXTENSIONS: '.md,.txt' } });
    try {
      const client = new Client(service.url);
      await client.upload('# hi', { filename: 'a.md' });
      const answer = await client.sendUpload('a,b', { filename: 'a.csv' });
      const problem = expectProblem(answer, { status: 400, code: 'unsupported_file_type' });
      expect(problem.detail).toContain('.md .txt');
    } finally {
      await service.close();
    }
  });
});
