import type { JobStatusDto } from '@app/jobs/jobs.dto';
import { Database } from '@app/platform/database/database';
import { sql } from 'kysely';
import type { AddressInfo, Socket } from 'node:net';
import { startApp, type TestApp } from './support/app';
import { Client, waitFor } from './support/client';
import { expectProblem } from './support/problem';
import { head, RawConnection } from './support/raw-request';

const MB = 1024 * 1024;
const NDJSON = 'application/x-ndjson';
const ACCEPT = { accept: NDJSON };
/** More than two parts of what is read at once. */
const MANY = 450;

describe.each(['/jobs', '/files'] as const)(`GET %s as ${NDJSON}`, (route) => {
  let service: TestApp;
  let client: Client;

  beforeAll(async () => {
    service = await startApp();
    client = new Client(service.url);
    let left = MANY;
    const worker = async () => {
      while (left > 0)
        await client.upload('x', { fields: { category: left-- % 3 === 0 ? 'third' : 'other' } });
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    await waitFor(async () => (await client.jobs('?status=pending')).length === 0);
    await waitFor(async () => (await client.jobs('?status=processing')).length === 0);
  });
  afterAll(() => service.close());

  const rows = async (query = '') => {
    const { text } = (await client.send(route + query, { headers: ACCEPT })).ok();
    expect(text === '' || text.endsWith('\n')).toBe(true);
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as unknown);
  };
  const pages = async (query = '') => (await client.send(`${route}?limit=500${query}`)).json<unknown[]>();

  it('is the whole list, newest first, a line each', async () => {
    const all = await pages();
    expect(all).toHaveLength(MANY);
    expect(await rows()).toEqual(all);
  });

  it('takes every filter, and limit and cursor when they are given', async () => {
    expect(await rows('?category=third')).toEqual(await pages('&category=third'));
    expect(await rows('?category=third')).toHaveLength(MANY / 3);
    expect(await rows('?category=none')).toEqual([]);
    const all = await pages();
    expect(await rows('?limit=7')).toEqual(all.slice(0, 7));
    expect(await rows('?limit=200')).toEqual(all.slice(0, 200));
    expect(await rows('?limit=401')).toEqual(all.slice(0, 401));
    const { job_id, file_id } = all[99] as JobStatusDto;
    const cursor = route === '/jobs' ? job_id : file_id;
    expect(await rows(`?cursor=${cursor}`)).toEqual(all.slice(100));
    expect(await rows(`?cursor=${cursor}&limit=250`)).toEqual(all.slice(100, 350));
  });

  it.each([
    [NDJSON, NDJSON],
    ['application/json;q=0.1, application/x-ndjson', NDJSON],
    ['*/*', 'application/json; charset=utf-8'],
    ['text/html', 'application/json; charset=utf-8'],
    ['application/json', 'application/json; charset=utf-8'],
  ])('is asked for by Accept: %s gives %s', async (accept, type) => {
    const { headers } = await client.send(`${route}?limit=2`, { headers: { accept } });
    expect(headers.get('content-type')).toBe(type);
    expect(headers.get('vary')).toBe('Accept');
    expect(headers.get('link') !== null).toBe(type !== NDJSON);
  });

  it('has no body for HEAD, and problems for errors', async () => {
    const answer = await client.send(route, { method: 'HEAD', headers: ACCEPT });
    expect([answer.status, answer.headers.get('content-type'), answer.text]).toEqual([200, NDJSON, '']);
    const refused = await client.send(`${route}?limit=501`, { headers: ACCEPT });
    expectProblem(refused, { status: 422, code: 'validation_failed' });
  });
});

describe('a list that is longer than memory should be', () => {
  const ROWS = 40_000;
  let service: TestApp;
  let served: Socket;
  let connection: RawConnection;

  beforeEach(async () => {
    service = await startApp();
    const client = new Client(service.url);
    const { job_id } = await client.upload('x');
    await client.settled(job_id);
    await service.app.get(Database).transaction((queries) =>
      sql`with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${ROWS})
        insert into jobs (job_id, owner, file_id, filename, processor, status, progress, attempt, result, created_at, version)
        select '019a9c1e-0000-7000-8000-' || substr(cast(1000000000000 + n as text), 2), owner, file_id, filename, processor, status, progress,
          attempt, result, created_at, version
        from jobs, numbers`.execute(queries),
    );
    const sockets: Socket[] = [];
    service.app.getHttpServer().on('connection', (socket: Socket) => sockets.push(socket));
    connection = await RawConnection.open(service.url);
    connection.socket.pause();
    await connection.write(head('GET', '/jobs', { Accept: NDJSON }));
    const { port } = connection.socket.address() as AddressInfo;
    served = await waitFor(() => sockets.find(({ remotePort }) => remotePort === port)!);
  });
  afterEach(() => service.close());

  it('waits for those who read slowly', async () => {
    let held = 0;
    const look = setInterval(() => (held = Math.max(held, served.writableLength)), 1);
    await waitFor(() => held > 0); // the network takes no more
    connection.socket.resume();
    await waitFor(() => connection.text.endsWith('0\r\n\r\n'));
    clearInterval(look);
    expect(connection.text.match(/"job_id"/g)).toHaveLength(ROWS + 1);
    expect(held).toBeLessThan(MB);
    expect(connection.text.length).toBeGreaterThan(15 * MB);
    await connection.abort();
  });

  it('is broken off when it cannot be read to its end', async () => {
    await waitFor(() => served.writableLength > 0);
    await service.app
      .get(Database)
      .transaction((queries) => queries.schema.alterTable('jobs').renameTo('gone').execute());
    connection.socket.resume();
    const received = await connection.everything();
    expect(received.toString('latin1')).toMatch(/^HTTP\/1.1 200 OK/);
    expect(received.subarray(-5).toString('latin1')).not.toBe('0\r\n\r\n');
  });
});
