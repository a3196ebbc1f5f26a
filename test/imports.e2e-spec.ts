import { ManualClock } from '@app/platform/clock/manual.clock';
import { TaskQueue } from '@app/platform/tasks/task-queue';
import type { UploadUrlResponseDto } from '@app/uploads/uploads.dto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { RemoteServer } from '../src/platform/outbound/remote-server.harness';
import { startApp, type TestApp, type TestAppOptions } from './support/app';
import { Client, waitFor, type Answer } from './support/client';
import { expectProblem } from './support/problem';
import { stored } from './support/traces';

describe('POST /upload/url', () => {
  let remote: RemoteServer;
  let clock: ManualClock;
  let service: TestApp;
  let client: Client;

  const start = async ({ environment, ...options }: TestAppOptions = {}) => {
    clock = new ManualClock(clock?.now());
    service = await startApp({
      clock,
      environment: { OUTBOUND_ALLOW: '127.0.0.1', MAX_FILE_SIZE_BYTES: '100000', ...environment },
      ...options,
    });
    client = new Client(service.url);
  };
  beforeEach(async () => {
    remote = await new RemoteServer().listen();
    await start();
  });
  afterEach(async () => {
    await service.close();
    await remote.close();
  });

  const serves = (content: string | Buffer, headers: Record<string, string> = {}) =>
    remote.answers((_, response) => response.writeHead(200, headers).end(content));
  const send = (body: object, headers: Record<string, string> = {}): Promise<Answer> =>
    client.send('/upload/url', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const ask = async (path = '/a.txt', fields: object = {}) =>
    (await send({ url: remote.url('127.0.0.1', path), ...fields })).ok().json<UploadUrlResponseDto>();
  const settledOf = async (path?: string, fields?: object) =>
    client.settled((await ask(path, fields)).job_id);

  it('answers at once, and the job fetches and processes the file', async () => {
    let release!: () => void;
    remote.answers((_, response) => {
      release = () => response.end('three short words');
    });
    const answer = await send({
      url: remote.url('127.0.0.1', '/notes/a%20b.txt?x=1'),
      description: 'From afar',
      tags: ['x', 'y'],
      category: 'letters',
    });
    const upload = answer.ok().json<UploadUrlResponseDto>();
    expect(answer.headers.get('location')).toBe(`/jobs/${upload.job_id}`);
    expect(upload).toMatchObject({
      filename: 'a b.txt',
      content_type: null,
      size_bytes: null,
      sha256: null,
      description: 'From afar',
      tags: ['x', 'y'],
      category: 'letters',
      status: 'pending',
    });
    expect(await client.running(upload.job_id)).toMatchObject({ processor: null, result: null });
    expectProblem(await client.send(`/files/${upload.file_id}`), { status: 404, code: 'file_not_found' });
    expect(await client.files()).toEqual([]);
    expect(await client.jobs('?category=letters')).toHaveLength(1);
    await waitFor(() => release !== undefined);
    release();
    expect(await client.settled(upload.job_id)).toMatchObject({
      status: 'completed',
      attempt: 1,
      processor: 'text',
      result: { word_count: 3 },
    });
    expect(await client.files()).toMatchObject([
      { file_id: upload.file_id, size_bytes: 17, tags: ['x', 'y'] },
    ]);
    expect((await client.send(`/files/${upload.file_id}`)).text).toBe('three short words');
  });

  it('waits for the end when it is asked to', async () => {
    serves('one two');
    const url = remote.url('127.0.0.1', '/a.txt');
    const answer = await send({ url }, { prefer: 'wait=30' });
    expect(answer.headers.get('preference-applied')).toBe('wait=30');
    expect(answer.ok().json()).toMatchObject({
      status: 'completed',
      size_bytes: 7,
      content_type: 'text/plain',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      result: { word_count: 2 },
    });
  });

  it.each<[string, string, Record<string, string>, object, string]>([
    ['as asked', '/x', {}, { filename: 'own.md' }, 'own.md'],
    [
      'as the server says',
      '/x',
      { 'content-disposition': 'attachment; filename="said.txt"' },
      {},
      'said.txt',
    ],
    ['as the URL ends', '/path/last.csv', {}, {}, 'last.csv'],
    ['by the media type', '/report', { 'content-type': 'text/markdown; charset=utf-8' }, {}, 'report.md'],
    ['for want of anything', '/', { 'content-type': 'text/plain' }, {}, 'download.txt'],
    [
      'never as a path',
      '/x',
      { 'content-disposition': "attachment; filename*=UTF-8''..%2F..%2Fa.txt" },
      {},
      'a.txt',
    ],
  ])('names the file %s', async (_, path, headers, fields, expected) => {
    serves('a,b\n1,2\n', headers);
    expect(await settledOf(path, fields)).toMatchObject({ status: 'completed', filename: expected });
    expect(await client.files()).toMatchObject([{ filename: expected }]);
  });

  it.each([
    ['a type that nobody takes', { filename: 'a.exe' }, 400, 'unsupported_file_type'],
    ['a name that is none', { filename: '..' }, 400, 'invalid_file_name'],
    [
      'a processor that does not take it',
      { filename: 'a.csv', processor: 'image' },
      422,
      'processor_not_applicable',
    ],
    ['options that are none', { filename: 'a.csv', options: { x: 1 } }, 422, 'validation_failed'],
  ])('refuses at once what it can tell by the name: %s', async (_, fields, status, code) => {
    const url = remote.url('127.0.0.1');
    expectProblem(await client.sendJson('/upload/url', { url, ...fields }), { status, code });
    expect(remote.requests).toEqual([]);
    expect(await stored(service)).toMatchObject({ files: 0, jobs: 0 });
  });

  it('shows how far it has come', async () => {
    let response!: ServerResponse;
    remote.answers((_, given) => {
      response = given;
      response.writeHead(200, { 'content-length': '100' });
    });
    const { job_id } = await ask();
    await waitFor(() => response !== undefined);
    response.write('x'.repeat(50));
    const progressed = await waitFor(
      async () => {
        clock.advance(1_000);
        response.write('x');
        return client.job(job_id);
      },
      ({ progress }) => progress > 0,
    );
    expect(progressed).toMatchObject({ status: 'processing' });
    expect(progressed.progress).toBeLessThanOrEqual(0.5);
    await client.act(job_id, 'cancel');
  });

  it.each([
    'http://127.1/a.txt',
    'http://0x7f000002/a.txt',
    'http://[::ffff:169.254.169.254]/a.txt',
    'http://[::1]/a.txt',
    'http://10.0.0.1/a.txt',
    'http://localhost/a.txt',
    'http://user:pass@example.com/a.txt',
    'file:///etc/passwd',
    'ftp://example.com/a.txt',
    'gopher://example.com',
    'nonsense',
    '//example.com/a.txt',
  ])('refuses %s at once, and connects to nothing', async (url) => {
    const own = url.replace('127.1', '127.2'); // 127.0.0.1 itself is allowed here
    expectProblem(await send({ url: own }), { status: 422, code: 'url_not_allowed' });
    expect(await client.jobs()).toEqual([]);
    expect(remote.connectedTo).toEqual([]);
  });

  it('does not follow a redirect to an address inside', async () => {
    remote.answers((_, response) => {
      response.writeHead(302, { location: remote.url('127.0.0.2', '/secret.txt') }).end();
    });
    expect(await settledOf()).toMatchObject({
      status: 'failed',
      attempt: 1,
      error: { code: 'url_not_allowed', status: 422 },
    });
    expect(remote.connectedTo).toEqual(['127.0.0.1']);
  });

  const endless = (response: ServerResponse) => {
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(10_000, 'x')));
      response.once('drain', more);
    };
    more();
  };

  it.each<[string, (request: IncomingMessage, response: ServerResponse) => void, string]>([
    ['an endless body', (_, response) => endless(response), 'response_too_large'],
    [
      'a gzip bomb',
      (_, response) =>
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50_000_000, 'x'))),
      'response_too_large',
    ],
    ['a missing file', (_, response) => response.writeHead(404).end(), 'remote_refused'],
    [
      'a redirect to itself',
      (_, response) => response.writeHead(301, { location: '/a.txt' }).end(),
      'too_many_redirects',
    ],
    [
      'content that is not what its name says',
      (_, response) => response.end(Buffer.alloc(100)),
      'unsupported_file_type',
    ],
    [
      'an encoding that is unknown',
      (_, response) => response.writeHead(200, { 'content-encoding': 'rot13' }).end('x'),
      'response_not_decodable',
    ],
  ])('fails the job for good on %s, and keeps nothing', async (_, answer, code) => {
    remote.answers(answer);
    expect(await settledOf()).toMatchObject({ status: 'failed', attempt: 1, error: { code } });
    expect(await stored(service)).toMatchObject({ blobs: [], unfinished: [], files: 1, jobs: 1 });
    const [job] = await client.jobs();
    await client.delete(job.job_id);
    expect(await stored(service)).toMatchObject({ files: 0, jobs: 0 });
  });

  it('tries again what may pass, and says in the end what it was', async () => {
    remote.answers((_, response) => response.writeHead(503).end());
    const { job_id } = await ask();
    const job = await waitFor(
      async () => {
        clock.advance(5_000);
        return client.job(job_id);
      },
      ({ status }) => status === 'failed',
    );
    expect(job).toMatchObject({ attempt: 3, error: { code: 'remote_unavailable' } });
    expect(await service.app.get(TaskQueue).counts()).toMatchObject({ dead: 0 }); // nothing for an operator
    expect(remote.requests).toHaveLength(3);
    serves('better now');
    await client.act(job_id, 'retry');
    expect(await client.settled(job_id)).toMatchObject({ status: 'completed', result: { word_count: 2 } });
  });

  it('gives a server the time that it asks for', async () => {
    remote.answers((_, response) => {
      if (remote.requests.length > 1) response.end('here');
      else response.writeHead(429, { 'retry-after': '120' }).end();
    });
    const { job_id } = await ask();
    await client.jobWhen(job_id, ({ status, attempt }) => status === 'pending' && attempt === 1);
    for (let seconds = 0; seconds < 119; seconds++) {
      clock.advance(1_000);
      await setImmediate();
    }
    expect(remote.requests).toHaveLength(1);
    clock.advance(2_000);
    expect(await client.settled(job_id)).toMatchObject({ status: 'completed' });
  });

  it('gives up a server that goes silent, and tries again', async () => {
    remote.answers((_, response) => {
      if (remote.requests.length > 1) response.end('at last');
      else response.write('a');
    });
    const { job_id } = await ask();
    await waitFor(() => remote.requests.length === 1);
    await waitFor(async () => {
      clock.advance(10_000);
      await client.job(job_id);
      return remote.requests.length === 2; // from then on the time of the job runs, which has its limit too
    });
    expect(await client.settled(job_id)).toMatchObject({ status: 'completed', attempt: 2 });
  });

  it.each(['cancel', 'delete'] as const)('lets go of the server on %s, and keeps nothing', async (verb) => {
    remote.answers((_, response) => response.write('x'));
    const { job_id } = await ask();
    await waitFor(() => remote.requests.length === 1);
    await client.running(job_id);
    const abandoned = remote.abandoned();
    await (verb === 'cancel' ? client.act(job_id, 'cancel') : client.delete(job_id));
    await abandoned;
    await waitFor(
      () => stored(service),
      ({ unfinished, blobs }) => unfinished.length + blobs.length === 0,
    );
    if (verb === 'cancel') expect(await client.job(job_id)).toMatchObject({ status: 'cancelled' });
  });

  it('goes on after a restart', async () => {
    remote.answers((_, response) => response.write('never ends'));
    const { job_id } = await ask();
    await waitFor(() => remote.requests.length === 1);
    const first = service;
    const closing = first.app.close();
    await waitFor(() => {
      clock.advance(1_000);
      return remote.sockets.size === 0;
    });
    await closing;
    serves('second try');
    await start({ dataDir: first.dataDir });
    const completed = await client.jobWhen(job_id, ({ status }) => {
      if (status === 'pending') clock.advance(1_000); // until the next look for what waits
      return status === 'completed';
    });
    expect(completed).toMatchObject({ result: { word_count: 2 } });
    await service.close();
    service = first;
  });

  it('processes as asked, and fails when that does not fit', async () => {
    serves('a,b\n1,2\n');
    expect(await settledOf('/a.csv', { processor: 'text' })).toMatchObject({ result: { processor: 'text' } });
    expect(await settledOf('/a.csv', { processor: 'image' })).toMatchObject({
      status: 'failed',
      error: { code: 'processor_not_applicable' },
    });
    expect(await settledOf('/a.csv', { options: { depth: 1 } })).toMatchObject({
      status: 'failed',
      error: { code: 'validation_failed' },
    });
    expect((await stored(service)).blobs).toHaveLength(1);
  });

  it('happens once for a key', async () => {
    serves('x');
    const body = { url: remote.url('127.0.0.1', '/a.txt') };
    const first = (await send(body, { 'idempotency-key': 'k' })).ok();
    const second = await send(body, { 'idempotency-key': 'k' });
    expect(second.text).toBe(first.text);
    expect(await client.jobs()).toHaveLength(1);
  });

  it.each([{}, { url: 7 }, { url: 'x'.repeat(3000) }, { url: 'http://e.com', tags: 'a', color: 'red' }])(
    'refuses a body that breaks the schema: %j',
    async (body) => {
      expectProblem(await send(body), { status: 422, code: 'validation_failed' });
    },
  );

  it('does not let slow servers hold up other jobs', async () => {
    remote.answers(() => {});
    for (let i = 0; i < 20; i++) await ask();
    await waitFor(() => remote.requests.length === 16);
    const { job_id } = await client.upload('in between');
    expect(await client.settled(job_id)).toMatchObject({ status: 'completed' });
    remote.answers((_, response) => response.writeHead(404).end());
    for (const socket of remote.sockets) socket.destroy();
  });
});
