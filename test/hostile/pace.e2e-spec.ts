import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { MINUTE_MS } from '@app/platform/clock/durations';
import { ManualClock } from '@app/platform/clock/manual.clock';
import { startApp, type TestApp } from '../support/app';
import { Client, waitFor } from '../support/client';
import { CLOSE, MULTIPART, part } from '../support/multipart-body';
import { expectProblem } from '../support/problem';
import { head, RawConnection } from '../support/raw-request';
import { NOTHING, openDescriptors, traces } from '../support/traces';

const OPEN_PART = part({ name: 'file', filename: 'a.txt' }).subarray(0, -2);
/** After so much of a text its kind is known, and it is written. */
const JUDGED = 'x'.repeat(20_000);
/** What must come in a minute, at 100 bytes a second. */
const ENOUGH = 6_000;

describe('the pace of an upload', () => {
  let clock: ManualClock;
  let service: TestApp;
  let client: Client;
  let connection: RawConnection;
  let peer: Socket;
  let sent: number;

  const start = async (environment: Record<string, string> = {}) => {
    clock = new ManualClock(Date.now());
    // The sweep goes by the time of the files, which is not that of this clock.
    service = await startApp({ clock, environment: { SWEEP_GRACE_SECONDS: '864000', ...environment } });
    client = new Client(service.url);
    const server: Server = service.app.getHttpServer();
    const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
    connection = await RawConnection.open(service.url);
    peer = await accepted;
    sent = 0;
  };
  afterEach(async () => {
    await connection.abort();
    await service.close();
  });

  /** Sends bytes, and waits until the service has them. */
  const send = async (bytes: string | Uint8Array) => {
    sent += bytes.length;
    await connection.write(bytes);
    await waitFor(() => peer.bytesRead === sent);
  };
  const begin = async (length: number) => {
    await send(head('POST', '/upload', { 'Content-Type': MULTIPART, 'Content-Length': `${length}` }));
    await send(OPEN_PART);
  };
  /** Looks come every ten seconds. */
  const pass = (ms: number) => clock.advance(ms);

  it('may be slow for two hours', async () => {
    await start();
    const minutes = 120;
    await begin(OPEN_PART.length + minutes * ENOUGH + 2 + CLOSE.length);
    for (let minute = 0; minute < minutes; minute++) {
      await send('x'.repeat(ENOUGH));
      pass(MINUTE_MS);
    }
    await send(`\r\n${CLOSE.toString()}`);
    const { status, text } = await connection.response();
    expect([status, JSON.parse(text)]).toMatchObject([200, { size_bytes: minutes * ENOUGH }]);
  });

  it('may pause for less than a minute', async () => {
    await start();
    await begin(OPEN_PART.length + ENOUGH + 2 + CLOSE.length);
    pass(MINUTE_MS - 10_000);
    await send('x'.repeat(ENOUGH));
    pass(MINUTE_MS - 10_000);
    await send(`\r\n${CLOSE.toString()}`);
    expect((await connection.response()).status).toBe(200);
  });

  it.each([
    ['silent', 0],
    ['a byte a second', 60],
    ['just too slow', ENOUGH - 1],
  ])('ends with 408 when it is %s, and keeps nothing', async (_, perMinute) => {
    await start();
    await begin(20 * ENOUGH);
    await send(JUDGED);
    await waitFor(
      () => traces(service),
      ({ unfinished }) => unfinished.length === 1,
    );
    pass(MINUTE_MS);
    await send('x'.repeat(perMinute));
    pass(MINUTE_MS);
    const answer = await connection.response();
    expectProblem(answer, { status: 408, code: 'request_timeout', instance: '/upload' });
    expect(answer.headers.get('connection')).toBe('close');
    connection.socket.end();
    await connection.closed;
    await waitFor(
      () => traces(service),
      ({ unfinished }) => unfinished.length === 0,
    );
    expect(await traces(service)).toEqual(NOTHING);
    await client.upload('the next one');
  });

  it('ends with 408 for the JSON of a request too', async () => {
    await start();
    await send(
      head('POST', '/jobs', { 'Content-Type': 'application/json', 'Content-Length': '50000' }) +
        '{"file_id":',
    );
    pass(2 * MINUTE_MS);
    expectProblem(await connection.response(), { status: 408, code: 'request_timeout' });
  });

  it('is nobody’s business where it is switched off', async () => {
    await start({ MIN_UPLOAD_BYTES_PER_SECOND: '0' });
    await begin(OPEN_PART.length + 1 + 2 + CLOSE.length);
    pass(60 * MINUTE_MS);
    await send(`x\r\n${CLOSE.toString()}`);
    expect((await connection.response()).status).toBe(200);
  });

  it('frees what many stalled ones held', async () => {
    await start();
    const baseline = openDescriptors();
    const stalled = await Promise.all(Array.from({ length: 20 }, () => RawConnection.open(service.url)));
    for (const one of stalled) {
      await one.write(head('POST', '/upload', { 'Content-Type': MULTIPART, 'Content-Length': '1000000' }));
      await one.write(Buffer.concat([OPEN_PART, Buffer.from(JUDGED)]));
    }
    await waitFor(
      () => traces(service),
      ({ unfinished }) => unfinished.length === 20,
    );
    pass(2 * MINUTE_MS);
    for (const one of stalled) {
      expect((await one.response()).status).toBe(408);
      one.socket.end();
    }
    await Promise.all(stalled.map(({ closed }) => closed));
    await waitFor(openDescriptors, (count) => count <= baseline);
    const left = await waitFor(
      () => traces(service),
      ({ unfinished }) => unfinished.length === 0,
    );
    expect(left).toEqual(NOTHING);
  });
});
