import { request, type IncomingMessage } from 'node:http';
import { ManualClock } from '@app/platform/clock/manual.clock';
import { startApp, type TestApp } from '../support/app';
import { Client } from '../support/client';
import { BOUNDARY, CLOSE, MULTIPART, multipartBody, part } from '../support/multipart-body';
import { eventually } from '../support/eventually';
import { expectProblem, type Answered } from '../support/problem';
import { chunk, head, RawConnection } from '../support/raw-request';
import { NOTHING, traces } from '../support/traces';

const MAX = 300_000;
const KiB = 1024;

/** The beginning of a file part that the caller goes on with. */
const OPEN_PART = part({ name: 'file', filename: 'a.txt' }).subarray(0, -2);

describe('the limit of a file', () => {
  let service: TestApp;
  let client: Client;
  beforeEach(async () => {
    service = await startApp({ environment: { MAX_FILE_SIZE_BYTES: `${MAX}` } });
    client = new Client(service.url);
  });
  afterEach(() => service.close());

  const body = (size: number) =>
    multipartBody({ name: 'file', filename: 'a.txt', content: Buffer.alloc(size, 'x') });
  const chunkedHead = head('POST', '/upload', { 'Content-Type': MULTIPART, 'Transfer-Encoding': 'chunked' });
  const headWithLength = (length: number) =>
    head('POST', '/upload', { 'Content-Type': MULTIPART, 'Content-Length': `${length}` });

  async function read(response: IncomingMessage): Promise<Answered> {
    const text = (await response.setEncoding('utf8').toArray()).join('');
    const get = (name: string) => response.headers[name] as string | undefined;
    return { status: response.statusCode!, headers: { get }, text };
  }

  /** Sends a body as Node's own client does that knows its length, or does not. */
  function post(bytes: Buffer, chunked: boolean): Promise<Answered> {
    const headers = { 'content-type': MULTIPART, ...(chunked ? {} : { 'content-length': bytes.length }) };
    return new Promise((resolve, reject) => {
      const sent = request(`${service.url}/upload`, { method: 'POST', headers });
      sent.on('response', (response) => resolve(read(response)));
      sent.on('error', reject);
      for (let from = 0; from < bytes.length; from += 16 * KiB)
        sent.write(bytes.subarray(from, from + 16 * KiB));
      sent.end();
    });
  }

  it.each([false, true])('takes a file of just that size (chunked: %s)', async (chunked) => {
    const answer = await post(body(MAX), chunked);
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([200, { size_bytes: MAX }]);
  });

  it.each([false, true])(
    'refuses a byte more, whatever follows, and keeps nothing (chunked: %s)',
    async (chunked) => {
      for (const size of [MAX + 1, MAX + 500 * KiB]) {
        const problem = expectProblem(await post(body(size), chunked), {
          status: 413,
          code: 'file_too_large',
        });
        expect(problem.max_file_size_bytes).toBe(MAX);
        expect(await traces(service)).toEqual(NOTHING);
      }
      await client.upload('the next one');
    },
  );

  it.each([false, true])(
    'answers a client that sends far more before it listens (chunked: %s)',
    async (chunked) => {
      const answer = await post(body(20 * 1024 * KiB), chunked);
      expectProblem(answer, { status: 413, code: chunked ? 'file_too_large' : 'body_too_large' });
      expect(await traces(service)).toEqual(NOTHING);
    },
  );

  it('answers a body of 10 GB by its length, before it is sent', async () => {
    const connection = await RawConnection.open(service.url);
    await connection.write(headWithLength(10_000_000_000));
    const answer = await connection.response();
    expectProblem(answer, { status: 413, code: 'body_too_large' });
    expect(answer.headers.get('connection')).toBe('close');
    expect(await traces(service)).toEqual(NOTHING);
    await connection.abort();
  });

  it.each(['1e3', '-1', '0x10', '1,1', `${2 ** 53}0`.repeat(3)])(
    'is not fooled by Content-Length: %s',
    async (length) => {
      const connection = await RawConnection.open(service.url);
      await connection.write(
        head('POST', '/upload', { 'Content-Type': MULTIPART, 'Content-Length': length }),
      );
      const { status } = await connection.response();
      expect([400, 413]).toContain(status);
      expect(await traces(service)).toEqual(NOTHING);
      await connection.abort();
    },
  );

  it.each([
    ['preamble', [], 'body_too_large'],
    ['preamble in lines', [Buffer.from('\r\n--x\r\n')], 'body_too_large'],
    ['file', [OPEN_PART], 'file_too_large'],
    ['epilogue', [body(10)], 'body_too_large'],
    ['row of empty fields', [Buffer.from(`--${BOUNDARY}`)], 'malformed_multipart'],
  ])('breaks off an endless %s and is heard', async (_, beginning, code) => {
    const connection = await RawConnection.open(service.url);
    await connection.write(chunkedHead);
    for (const bytes of beginning) await connection.write(chunk(bytes));
    const noise = chunk(Buffer.alloc(64 * KiB, 'x'));
    const progress = { answered: false, sentBytes: 0 };
    const response = connection.response().finally(() => (progress.answered = true));
    while (!progress.answered && (await connection.write(noise))) {
      progress.sentBytes += noise.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    const answer = await response;
    expectProblem(answer, { status: code === 'malformed_multipart' ? 400 : 413, code });
    expect(await traces(service)).toEqual(NOTHING);
    expect(progress.sentBytes).toBeLessThan(64 * 1024 * KiB);
    await connection.abort();
    await client.upload('the next one');
  });

  it('goes on to take requests from others while many send without end', async () => {
    const connections = await Promise.all(Array.from({ length: 20 }, () => RawConnection.open(service.url)));
    const refused = connections.map(async (connection) => {
      await connection.write(chunkedHead);
      await connection.write(chunk(OPEN_PART));
      const noise = chunk(Buffer.alloc(64 * KiB, 'x'));
      const response = connection.response();
      for (let round = 0; round < 30; round++) await connection.write(noise);
      return (await response).status;
    });
    expect((await client.settled((await client.upload('x')).job_id)).status).toBe('completed');
    expect(new Set(await Promise.all(refused))).toEqual(new Set([413]));
    await Promise.all(connections.map((connection) => connection.abort()));
  });

  it('does not keep a connection open for a client that never stops', async () => {
    const connection = await RawConnection.open(service.url);
    await connection.write(headWithLength(10_000_000_000));
    await connection.response();
    const noise = Buffer.alloc(64 * KiB, 'x');
    const started = performance.now();
    while (await connection.write(noise)) await new Promise((resolve) => setImmediate(resolve));
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('serves the next request on the connection when the rest of the body was small', async () => {
    const connection = await RawConnection.open(service.url);
    const bytes = Buffer.concat([body(MAX + 1), CLOSE]);
    await connection.write(headWithLength(bytes.length));
    await connection.write(bytes);
    expect((await connection.response()).status).toBe(413);
    await connection.write(head('GET', '/livez'));
    expect((await connection.response()).status).toBe(200);
    await connection.abort();
  });
});

describe('what follows a file', () => {
  const SLOW_MS = 61_000;

  it.each([
    ['in time', 0, 200, { files: 1 }],
    ['so slowly that a sweep might take the file for abandoned', SLOW_MS, 408, NOTHING],
  ])('may come %s', async (_, pauseMs, status, left) => {
    const clock = new ManualClock(Date.now());
    // The pace of the whole request is not what is tried here.
    const service = await startApp({ clock, environment: { MIN_UPLOAD_BYTES_PER_SECOND: '0' } });
    const connection = await RawConnection.open(service.url);
    const file = part({ name: 'file', filename: 'a.txt', content: 'hello' });
    const rest = Buffer.concat([part({ name: 'category', content: 'late' }), CLOSE]);
    const length = `${file.length + rest.length}`;
    await connection.write(head('POST', '/upload', { 'Content-Type': MULTIPART, 'Content-Length': length }));
    // The beginning of the next part ends the file.
    await connection.write(Buffer.concat([file, rest.subarray(0, BOUNDARY.length + 10)]));
    await eventually('the file is stored', async () => (await traces(service)).blobs.length === 1);
    clock.advance(pauseMs);
    await connection.write(rest.subarray(BOUNDARY.length + 10));
    expect((await connection.response()).status).toBe(status);
    expect(await traces(service)).toMatchObject(left);
    await connection.abort();
    await service.close();
  });
});
