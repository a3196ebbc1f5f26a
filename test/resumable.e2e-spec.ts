import { Readiness } from '@app/platform/health/readiness';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { startApp, type TestApp } from './support/app';
import { waitFor, type Answer } from './support/client';
import { makeText } from './support/known-text';
import { expectProblem } from './support/problem';
import { head, RawConnection } from './support/raw-request';
import { NOTHING, traces } from './support/traces';
import { metadata, PIECE, TusClient, tusUpload } from './support/tus';

const KiB = 1024;
const text = makeText('resumed', 1000 * KiB);
const { content } = text;
const third = Math.floor(content.length / 3);

let service: TestApp;
let client: TusClient;
beforeEach(async () => {
  service = await startApp();
  client = new TusClient(service.url);
});
afterEach(() => service.close());

/** The job has gone well, and the file is what was sent. */
async function expectStored(jobId: string, { counts, sha256 } = text): Promise<void> {
  const job = await client.settled(jobId);
  expect(job).toMatchObject({ status: 'completed', result: counts });
  const file = await client.send(`/files/${job.file_id}`);
  expect(createHash('sha256').update(file.bytes).digest('hex')).toBe(sha256);
  expect(await client.files()).toContainEqual(expect.objectContaining({ file_id: job.file_id, sha256 }));
}

/** When the store has so much of the one upload, without asking the service, which would end a piece in flight. */
async function written(bytes: number): Promise<void> {
  await waitFor(async () => {
    const [upload] = (await traces(service)).growing;
    return upload?.size === bytes;
  });
}

describe('tus-js-client', () => {
  const chunkSize = Math.ceil(content.length / 2);
  it.each([
    ['in chunks', { chunkSize }, ['POST 201', 'PATCH 204', 'PATCH 204']],
    ['at once, with the creation', { uploadDataDuringCreation: true }, ['POST 201']],
    [
      'where nothing but POST gets through',
      { chunkSize, overridePatchMethod: true },
      ['POST 201', 'POST 204', 'POST 204'],
    ],
  ])('uploads a file %s, and is told the job', async (_, options, requests) => {
    const run = tusUpload(service.url, content, options);
    await expectStored(await run.finished);
    expect(run.requests).toEqual(requests);
    expect((await traces(service)).growing).toEqual([]);
  });

  it('goes on where it was paused', async () => {
    const large = makeText('large', 9 * KiB * KiB);
    let pause = () => {};
    const begun = new Promise<void>((resolve) => (pause = resolve));
    const run = tusUpload(service.url, large.content, { onProgress: (sent) => sent > 0 && pause() });
    await begun;
    await run.upload.abort();
    const offset = await client.offset(new URL(run.upload.url!).pathname);
    expect(offset).toBeLessThan(large.content.length);
    run.upload.start();
    await expectStored(await run.finished, large);
    expect(run.requests).toEqual(['POST 201', 'HEAD 200', 'PATCH 204']);
  });

  it('is taken over by another client that knows the URL', async () => {
    const path = await client.begin(content.length);
    await client.append(path, 0, content.subarray(0, third));
    const run = tusUpload(service.url, content, { uploadUrl: service.url + path });
    await expectStored(await run.finished);
    expect(run.requests).toEqual(['HEAD 200', 'PATCH 204']);
  });

  it('uploads a stream whose length it learns at the end', async () => {
    const stream = Readable.from([content.subarray(0, third), content.subarray(third)], {
      objectMode: false,
    });
    const options = { chunkSize: 200 * KiB, uploadLengthDeferred: true };
    await expectStored(await tusUpload(service.url, stream, options).finished);
  });

  it('uploads many files at once', async () => {
    const texts = Array.from({ length: 20 }, (_, i) => makeText(`text-${i}`, (i + 1) * 10 * KiB));
    const runs = texts.map((one) => tusUpload(service.url, one.content, { chunkSize: 60 * KiB }));
    const jobs = await Promise.all(runs.map((run) => run.finished));
    for (const [i, jobId] of jobs.entries()) await expectStored(jobId, texts[i]);
    expect(await client.jobs()).toHaveLength(20);
  });

  it('gives an upload up', async () => {
    let pause = () => {};
    const paused = new Promise<void>((resolve) => (pause = resolve));
    const run = tusUpload(service.url, content, { chunkSize: third, onChunkComplete: () => pause() });
    await paused;
    await run.upload.abort(true);
    expect(run.requests.at(-1)).toBe('DELETE 204');
    const { pathname } = new URL(run.upload.url!);
    expect((await client.ask(pathname)).status).toBe(404);
    expect(await traces(service)).toEqual(NOTHING);
  });

  it('is refused parts in parallel, which are not offered', async () => {
    const run = tusUpload(service.url, content, { parallelUploads: 2 });
    await expect(run.finished).rejects.toThrow('501');
  });
});

describe('an upload in pieces', () => {
  it('tells at every step how far it is', async () => {
    const created = await client.create(12);
    expect(created.status).toBe(201);
    expect(created.headers.get('tus-resumable')).toBe('1.0.0');
    expect(created.headers.get('upload-expires')).toMatch(/ GMT$/);
    const path = created.headers.get('location')!;
    const steps = [await client.ask(path), await client.append(path, 0, 'hello '), await client.ask(path)];
    expect(steps.map(({ status, headers }) => [status, headers.get('upload-offset')])).toEqual([
      [200, '0'],
      [204, '6'],
      [200, '6'],
    ]);
    expect(steps[2].headers.get('upload-length')).toBe('12');
    expect(steps[2].headers.get('cache-control')).toBe('no-store');
    expect(steps[2].headers.get('filemill-job-id')).toBeNull();

    const last = await client.append(path, 6, 'world\n');
    const jobId = last.headers.get('filemill-job-id')!;
    expect(last.headers.get('upload-expires')).toBeNull();
    expect(last.headers.get('access-control-expose-headers')).toContain('Filemill-Job-Id');
    expect((await client.settled(jobId)).result).toMatchObject({ char_count: 12 });

    const after = await client.ask(path);
    expect(after.headers.get('upload-offset')).toBe('12');
    expect(after.headers.get('filemill-job-id')).toBe(jobId);
    const again = await client.append(path, 12, '');
    expect([again.status, again.headers.get('filemill-job-id')]).toEqual([204, jobId]);
    expectProblem(await client.terminate(path), { status: 400, code: 'resumable_upload_finished' });
    expect(await client.jobs()).toHaveLength(1);
  });

  it('brings along what is said about the file', async () => {
    const fields = {
      filename: 'zażółć 🎈.txt',
      filetype: 'text/plain',
      relativePath: 'null',
      description: 'Minutes',
      tags: '2026, draft',
      category: 'minutes',
      processor: 'text',
      options: '',
      expires_in: '3600',
    };
    const path = await client.begin(2, fields);
    const jobId = (await client.append(path, 0, 'x\n')).headers.get('filemill-job-id')!;
    const job = await client.settled(jobId);
    expect(job).toMatchObject({ filename: 'zażółć 🎈.txt', processor: 'text', status: 'completed' });
    const { description, tags, category } = fields;
    const [file] = await client.files();
    expect(file).toMatchObject({ description, tags: tags.split(', '), category });
    expect(Date.parse(file.expires_at!) - Date.parse(file.uploaded_at)).toBeGreaterThanOrEqual(3_600_000);
  });

  it('may be of nothing', async () => {
    const created = await client.create(0);
    const job = await client.settled(created.headers.get('filemill-job-id')!);
    expect(job).toMatchObject({ status: 'completed', result: { line_count: 0 } });
    const known = await client.ask(created.headers.get('location')!);
    expect(known.headers.get('filemill-job-id')).toBe(job.job_id);
  });

  it('has its length when the client says so, and is finished if that is all', async () => {
    const path = await client.begin('deferred');
    await client.append(path, 0, 'hello');
    expect((await client.ask(path)).headers.get('upload-defer-length')).toBe('1');
    const declared = await client.append(path, 5, '', { 'upload-length': '5' });
    const jobId = declared.headers.get('filemill-job-id')!;
    expect((await client.settled(jobId)).result).toMatchObject({ char_count: 5 });
  });

  it('goes on at its own offset only', async () => {
    const path = await client.begin(10);
    await client.append(path, 0, 'hello');
    for (const offset of [0, 4, 6, 10]) {
      expectProblem(await client.append(path, offset, 'world'), {
        status: 409,
        code: 'upload_offset_mismatch',
      });
    }
    expect(await client.offset(path)).toBe(5);
    expect((await client.append(path, 5, 'world')).headers.get('filemill-job-id')).toBeTruthy();
  });

  it('keeps what came before the connection broke', async () => {
    const path = await client.begin(content.length);
    const connection = await RawConnection.open(service.url);
    await connection.write(
      head('PATCH', path, { ...PIECE, 'Upload-Offset': '0', 'Content-Length': `${third * 2}` }),
    );
    await connection.write(content.subarray(0, third));
    await written(third);
    await connection.abort();
    await client.reached(path, third);
    const last = await client.append(path, third, content.subarray(third));
    await expectStored(last.headers.get('filemill-job-id')!);
  });

  it('lets a newcomer go on while an old connection hangs', async () => {
    const path = await client.begin(content.length);
    const hanging = await RawConnection.open(service.url);
    await hanging.write(
      head('PATCH', path, { ...PIECE, 'Upload-Offset': '0', 'Content-Length': `${content.length}` }),
    );
    await hanging.write(content.subarray(0, third));
    await written(third); // who asks before has the rest refused
    await client.reached(path, third);
    expect((await hanging.response()).headers.get('upload-offset')).toBe(`${third}`);
    const last = await client.append(path, third, content.subarray(third));
    await expectStored(last.headers.get('filemill-job-id')!);
    await hanging.abort();
  });

  it('is finished once, however many send the last piece or ask', async () => {
    const path = await client.begin(10);
    await client.append(path, 0, 'hello');
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, i) => (i % 2 ? client.ask(path) : client.append(path, 5, 'world'))),
    );
    const patches = all.filter((_, i) => i % 2 === 0).map(({ status }) => status);
    // Whoever comes later finds it finished, or took it over from one who is told to come again.
    expect(patches.filter((status) => status === 204).length).toBeLessThanOrEqual(1);
    for (const status of patches) expect([204, 409, 423]).toContain(status);
    expect(await client.jobs()).toHaveLength(1);
    const jobId = (await client.ask(path)).headers.get('filemill-job-id')!;
    expect((await client.settled(jobId)).result).toMatchObject({ char_count: 10 });
  });

  it('stays known when its job is deleted, and does not come back', async () => {
    const path = await client.begin(5);
    const jobId = (await client.append(path, 0, 'hello')).headers.get('filemill-job-id')!;
    await client.settled(jobId);
    await client.delete(jobId);
    expect((await client.ask(path)).headers.get('upload-offset')).toBe('5');
    expect(await client.jobs()).toEqual([]);
  });
});

describe('Idempotency-Key', () => {
  const create = (key: string, length = 5, filename = 'note.txt') =>
    client.create(length, { filename }, { 'idempotency-key': key });
  const createWith = (key: string, body: string, filename = 'note.txt') =>
    client.send('/upload/resumable', {
      method: 'POST',
      headers: { ...PIECE, ...metadata({ filename }), 'upload-length': '5', 'idempotency-key': key },
      body,
    });
  const pathOf = ({ headers }: Answer) => headers.get('location')!;

  it('leads to the same upload again, as far as it is', async () => {
    const path = pathOf(await create('again'));
    await client.append(path, 0, 'hel');
    const second = await create('again');
    expect(second.status).toBe(201);
    expect(pathOf(second)).toBe(path);
    expect(second.headers.get('upload-offset')).toBe('3');
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expectProblem(await create('again', 6), { status: 422, code: 'idempotency_key_reused' });

    const jobId = (await client.append(path, 3, 'lo')).headers.get('filemill-job-id');
    expect((await create('again')).headers.get('filemill-job-id')).toBe(jobId);
  });

  it('makes an upload that came with its creation one file', async () => {
    const before = (await client.files()).length;
    const [first, second] = [await createWith('whole', 'hello'), await createWith('whole', 'hello')];
    expect(first.headers.get('filemill-job-id')).toMatch(/^[0-9a-f-]{36}$/);
    for (const name of ['location', 'filemill-job-id', 'upload-offset'])
      expect(second.headers.get(name)).toBe(first.headers.get(name));
    expect(await client.files()).toHaveLength(before + 1);
  });

  it('is free again when the creation was refused, or its upload is gone', async () => {
    for (let turn = 0; turn < 2; turn++) {
      const refused = await createWith('refused', 'hello', 'a.jpg');
      expectProblem(refused, { status: 400, code: 'unsupported_file_type' });
    }
    const path = pathOf(await create('ended'));
    expect((await client.terminate(path)).status).toBe(204);
    const another = pathOf(await create('ended'));
    expect(another).not.toBe(path);
    expect(pathOf(await create('ended'))).toBe(another);
  });
});

describe('Upload-Checksum', () => {
  const checksum = (algorithm: string, bytes: string) => ({
    'upload-checksum': `${algorithm} ${createHash(algorithm).update(bytes).digest('base64')}`,
  });

  it.each(['sha1', 'sha256', 'md5'])('is verified: %s', async (algorithm) => {
    const path = await client.begin(10);
    const wrong = await client.append(path, 0, 'hellO', checksum(algorithm, 'hello'));
    expectProblem(wrong, { status: 460, code: 'checksum_mismatch' });
    expect(await client.offset(path)).toBe(0);
    expect((await client.append(path, 0, 'hello', checksum(algorithm, 'hello'))).status).toBe(204);
    expectProblem(await client.append(path, 5, 'World', checksum(algorithm, 'world')), {
      status: 460,
      code: 'checksum_mismatch',
    });
    expect(await client.offset(path)).toBe(5);
    const last = await client.append(path, 5, 'world', checksum(algorithm, 'world'));
    const { file_id } = await client.settled(last.headers.get('filemill-job-id')!);
    expect((await client.send(`/files/${file_id}`)).text).toBe('helloworld');
  });

  it('makes a piece count as a whole: half of one is not kept', async () => {
    const path = await client.begin(10);
    await client.append(path, 0, 'hello');
    const connection = await RawConnection.open(service.url);
    const headers = { ...PIECE, 'Upload-Offset': '5', 'Content-Length': '5', ...checksum('sha1', 'world') };
    await connection.write(head('PATCH', path, headers));
    await connection.write('wor');
    await written(8);
    await connection.abort();
    expect(await client.offset(path)).toBe(5);
    expect((await client.append(path, 5, 'world')).status).toBe(204);
  });

  it('holds for the creation too, which leaves nothing then', async () => {
    const headers = { ...PIECE, 'upload-length': '5', 'upload-metadata': `filename ${btoa('a.txt')}` };
    const post = (sums: object) =>
      client.sendBytes('/upload/resumable', Buffer.from('hello'), { ...headers, ...sums });
    expectProblem(await post(checksum('sha1', 'other')), { status: 460, code: 'checksum_mismatch' });
    expect(await traces(service)).toEqual(NOTHING);
    expect((await post(checksum('sha1', 'hello'))).headers.get('filemill-job-id')).toBeTruthy();
  });

  it.each(['crc32 AAAA', 'sha1', 'sha1 ***', 'SHA1 AAAA', ''])('is refused as %j', async (header) => {
    const path = await client.begin(5);
    const answer = await client.append(path, 0, 'hello', { 'upload-checksum': header });
    expectProblem(answer, { status: 400, code: 'invalid_tus_header' });
    expect(await client.offset(path)).toBe(0);
  });
});

/** What is used of Uppy here: its own types would bring those of a browser to all others. */
interface UppyCore {
  use(plugin: unknown, options: object): void;
  addFile(file: object): void;
  upload(): Promise<{ successful: unknown[]; failed: unknown[] }>;
  destroy(): void;
}

const defaultOf = (name: string) => jest.requireActual<{ default: unknown }>(name).default;

describe('Uppy', () => {
  it('uploads a file, with what it says about it', async () => {
    const uppy = new (defaultOf('@uppy/core') as new () => UppyCore)();
    uppy.use(defaultOf('@uppy/tus'), { endpoint: `${service.url}/upload/resumable`, chunkSize: third });
    // What Uppy takes in a browser is a Blob; its tus client takes a Buffer on Node.js.
    const data = Object.assign(Buffer.from(content), { size: content.length });
    uppy.addFile({ name: 'note.txt', type: 'text/plain', data, meta: { category: 'minutes' } });
    const { successful, failed } = await uppy.upload();
    uppy.destroy();
    expect([successful.length, failed]).toEqual([1, []]);
    const [{ job_id }] = await client.jobs();
    await expectStored(job_id);
    expect(await client.files()).toMatchObject([{ filename: 'note.txt', category: 'minutes' }]);
  });
});

describe('the doors of an upload', () => {
  it('are described by OPTIONS', async () => {
    const { status, headers } = await client.send('/upload/resumable', { method: 'OPTIONS' });
    expect(status).toBe(204);
    expect(Object.fromEntries(headers)).toMatchObject({
      'tus-version': '1.0.0',
      'tus-max-size': `${10 * KiB * KiB}`,
      'tus-extension': 'creation,creation-with-upload,creation-defer-length,termination,expiration,checksum',
      'tus-checksum-algorithm': 'sha256,sha1,md5',
    });
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('take nothing new once the service shuts down, and still tell how far an upload is', async () => {
    const path = await client.begin(10);
    service.app.get(Readiness).onModuleDestroy();
    const shuttingDown = { status: 503, code: 'shutting_down' };
    expectProblem(await client.create(5), shuttingDown);
    expectProblem(await client.append(path, 0, 'hello'), shuttingDown);
    expect(await client.offset(path)).toBe(0);
  });
});
