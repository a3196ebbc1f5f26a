import { HOUR_MS } from '@app/platform/clock/durations';
import { ManualClock } from '@app/platform/clock/manual.clock';
import { PROCESS_JOB } from '@app/jobs/jobs.tasks';
import { JobWaiter } from '@app/jobs/live/job-waiter';
import { TaskQueue } from '@app/platform/tasks/task-queue';
import type { UploadResponseDto } from '@app/uploads/uploads.dto';
import { expectStatus, newUser, PASSWORD } from './support/accounts';
import { startApp, type TestApp } from './support/app';
import { Client, waitFor, type Answer } from './support/client';
import { CLOSE, MULTIPART, multipartBody, part } from './support/multipart-body';
import { expectProblem } from './support/problem';
import { head, RawConnection } from './support/raw-request';
import { stored } from './support/traces';

describe('Idempotency-Key', () => {
  const clock = new ManualClock();
  let service: TestApp;
  let client: Client;
  beforeAll(async () => {
    service = await startApp({ clock });
    client = new Client(service.url);
  });
  afterAll(() => service.close());

  let keys = 0;
  const newKey = () => `key-${keys++}`;
  const upload = (key: string, content = 'x', { filename = 'a.txt', path = '/upload' } = {}) => {
    const name = path === '/upload' ? 'file' : 'files';
    const body = multipartBody({ name, filename, content });
    return client.sendBytes(path, body, { 'content-type': MULTIPART, 'idempotency-key': key });
  };
  const create = (key: string, body: object) =>
    client.send('/jobs', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
    });

  /** What two answers to one request have in common: all that matters. */
  const essence = ({ status, headers, text }: Answer) => ({
    status,
    text,
    location: headers.get('location'),
    type: headers.get('content-type'),
  });

  it('gives an upload again the reply that it had, and stores one file', async () => {
    const key = newKey();
    const before = (await client.files()).length;
    const first = (await upload(key)).ok();
    await client.settled(first.json<UploadResponseDto>().job_id);
    const second = await upload(key);
    expect(essence(second)).toEqual(essence(first));
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(await client.files()).toHaveLength(before + 1);
  });

  it('is the same in quotes and without', async () => {
    const key = newKey();
    expect(essence(await upload(`"${key}"`))).toEqual(essence(await upload(key)));
  });

  it('gives a batch and a job again the reply that they had', async () => {
    const ofBatch = newKey();
    const batch = await upload(ofBatch, 'b', { path: '/upload/files' });
    expect(essence(await upload(ofBatch, 'b', { path: '/upload/files' }))).toEqual(essence(batch.ok()));

    const { file_id } = await client.upload('for a job');
    const ofJob = newKey();
    const job = (await create(ofJob, { file_id })).ok();
    expect(essence(await create(ofJob, { file_id }))).toEqual(essence(job));
    expect((await client.jobs()).filter((other) => other.file_id === file_id)).toHaveLength(2);
  });

  it('makes an account once', async () => {
    const key = newKey();
    const send = (change: object = {}) =>
      client.send('/users/register', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ username: 'ida', email: 'ida@example.org', password: PASSWORD, ...change }),
      });
    const first = expectStatus(await send(), 201);
    const second = await send();
    expect(essence(second)).toEqual(essence(first));
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expectProblem(await send({ password: `${PASSWORD}!` }), { status: 422, code: 'idempotency_key_reused' });
  });

  it('gives an API key again, though it is not kept', async () => {
    const user = await newUser(service.url, 'ike');
    const once = new Client(service.url, { ...user.headers, 'idempotency-key': newKey() });
    const first = expectStatus(await once.sendJson('/api-keys', { name: 'a key' }), 201);
    const second = await once.sendJson('/api-keys', { name: 'a key' });
    expect(essence(second)).toEqual(essence(first));
    expect(second.headers.get('cache-control')).toBe('no-store');
    expect((await user.send('/api-keys')).ok().json()).toHaveLength(1);
    expectProblem(await once.sendJson('/api-keys', { name: 'another' }), {
      status: 422,
      code: 'idempotency_key_reused',
    });
  });

  it('makes an endpoint for webhooks once, with one secret', async () => {
    const user = await newUser(service.url, 'wanda');
    const once = new Client(service.url, { ...user.headers, 'idempotency-key': newKey() });
    const first = expectStatus(await once.sendJson('/webhooks', { url: 'https://hooks.example.org/' }), 201);
    const second = await once.sendJson('/webhooks', { url: 'https://hooks.example.org/' });
    expect(essence(second)).toEqual(essence(first));
    expect((await user.send('/webhooks')).ok().json()).toHaveLength(1);
  });

  it('lets who sends it again wait for the result, and keeps that', async () => {
    const key = newKey();
    const paths = ['/upload', '/upload/files'] as const;
    const waiting = (path: (typeof paths)[number]) => {
      const name = path === '/upload' ? 'file' : 'files';
      const headers = { 'content-type': MULTIPART, 'idempotency-key': key + path, prefer: 'wait=30' };
      return client.sendBytes(
        path,
        multipartBody({ name, filename: 'a.txt', content: 'two words' }),
        headers,
      );
    };
    await service.app.get(TaskQueue).pause([PROCESS_JOB]);
    for (const path of paths) (await upload(key + path, 'two words', { path })).ok();
    const answers = paths.map(waiting);
    await waitFor(() => service.app.get(JobWaiter).size === 2);
    await service.app.get(TaskQueue).resume();
    const [one, several] = await Promise.all(answers);
    expect(one.headers.get('preference-applied')).toBe('wait=30');
    expect(one.headers.get('idempotent-replayed')).toBe('true');
    expect(one.json()).toMatchObject({ status: 'completed', result: { word_count: 2 } });
    expect(several.json()).toMatchObject({ files: [{ status: 'completed', result: { word_count: 2 } }] });
    expect(essence(await upload(`${key}/upload`, 'two words'))).toEqual(essence(one));
  });

  it('survives a restart', async () => {
    const first = await startApp();
    const send = (url: string) =>
      new Client(url).sendBytes('/upload', multipartBody({ name: 'file', filename: 'a.txt', content: 'x' }), {
        'content-type': MULTIPART,
        'idempotency-key': 'kept',
      });
    const before = await send(first.url);
    await first.app.close();
    const second = await startApp({ dataDir: first.dataDir });
    const after = await send(second.url);
    await second.close();
    await first.close();
    expect(essence(after)).toEqual(essence(before.ok()));
  });

  it.each([
    ['other content', () => ({ content: 'y' })],
    ['another name', () => ({ filename: 'b.txt' })],
    ['another route', () => ({ path: '/upload/files' })],
  ])('is refused for %s, and stores nothing', async (_, change) => {
    const key = newKey();
    (await upload(key)).ok();
    const before = (await client.files()).length;
    const { content = 'x', ...rest } = change() as { content?: string };
    expectProblem(await upload(key, content, rest), { status: 422, code: 'idempotency_key_reused' });
    expect(await client.files()).toHaveLength(before);
  });

  it('is refused while the first request is still under way', async () => {
    const key = newKey();
    const connection = await RawConnection.open(service.url);
    const body = [part({ name: 'file', filename: 'a.txt', content: 'x' }), CLOSE];
    const length = Buffer.concat(body).length;
    await connection.write(
      head('POST', '/upload', {
        'Content-Type': MULTIPART,
        'Content-Length': String(length),
        'Idempotency-Key': key,
      }),
    );
    await connection.write(body[0]);
    await waitFor(
      () => stored(service),
      ({ unfinished }) => unfinished.length > 0,
    );
    const answer = await upload(key);
    expectProblem(answer, { status: 409, code: 'idempotency_key_in_use' });
    expect(answer.headers.get('retry-after')).toBe('1');
    const elsewhere = await create(key, { file_id: '019a9c1e-7b3d-7c52-8a41-5d8f3c9b2e10' });
    expectProblem(elsewhere, { status: 409, code: 'idempotency_key_in_use' });
    await connection.write(CLOSE);
    expect((await connection.response()).status).toBe(200);
    expect((await upload(key)).headers.get('idempotent-replayed')).toBe('true');
  });

  it('is free again when the request was refused, or its client went away', async () => {
    const key = newKey();
    expectProblem(await upload(key, 'x', { filename: 'a.exe' }), {
      status: 400,
      code: 'unsupported_file_type',
    });
    expect((await upload(key)).status).toBe(200);
  });

  it('makes a hundred requests at once one file and one job', async () => {
    const key = newKey();
    const before = [(await client.files('?limit=500')).length, (await client.jobs('?limit=500')).length];
    const answers = await Promise.all(Array.from({ length: 100 }, () => upload(key)));
    const replies = answers.filter(({ status }) => status === 200);
    const others = answers.filter(({ status }) => status !== 200);
    for (const other of others) expectProblem(other, { status: 409, code: 'idempotency_key_in_use' });
    expect(replies.length).toBeGreaterThan(0);
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
    const after = [(await client.files('?limit=500')).length, (await client.jobs('?limit=500')).length];
    expect(after).toEqual(before.map((count) => count + 1));
  });

  it('is forgotten after a day', async () => {
    const key = newKey();
    const first = (await upload(key)).json<UploadResponseDto>();
    clock.leap(24 * HOUR_MS);
    expect((await upload(key)).json()).toMatchObject({ job_id: first.job_id });
    clock.advance(1);
    const second = (await upload(key, 'other content')).ok().json<UploadResponseDto>();
    expect(second.job_id).not.toBe(first.job_id);
    expect((await upload(key, 'other content')).json()).toMatchObject({ job_id: second.job_id });
  });

  it.each([' ', 'a b', 'x'.repeat(256), 'caf\u00e9', '""'])('must be a key: %j', async (key) => {
    const answer = await upload(key);
    // A header of white space alone arrives empty.
    expectProblem(answer, { status: 400, code: 'malformed_idempotency_key' });
  });
});
