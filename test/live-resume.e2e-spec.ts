import { EventSource } from 'eventsource';
import type { AddressInfo, Socket } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JobFeed } from '@app/jobs/live/job-feed';
import { startApp, type TestApp, type TestAppOptions } from './support/app';
import { Client, waitFor } from './support/client';
import { EventReader, parseBlocks, type ReadEvent } from './support/event-reader';
import { Gates } from './support/gates';
import { head, RawConnection } from './support/raw-request';
import { testProcessor } from './support/test-processors';

const MB = 1024 * 1024;
const WHOLE_LIFE = ['job.queued', 'job.started', 'job.completed'];

const idsOf = (events: readonly ReadEvent[]) => events.map(({ id }) => Number(id));

/** What was told of each job. */
function lives(events: readonly ReadEvent[]): Map<string, string[]> {
  const told = new Map<string, string[]>();
  for (const { event, data } of events) told.set(data.job_id, [...(told.get(data.job_id) ?? []), event]);
  return told;
}

describe('a stream of events', () => {
  let service: TestApp;
  const ends: (() => Promise<void>)[] = [];
  const dataDir = mkdtempSync(join(tmpdir(), 'filemill-live-'));
  afterAll(() => rmSync(dataDir, { recursive: true }));
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  const start = async (options: TestAppOptions = {}) => {
    const started = await startApp(options);
    service = started;
    ends.push(() => started.close());
    return new Client(service.url);
  };

  it('has neither gap nor double for those who come and go while hundreds of jobs are processed', async () => {
    const client = await start();
    const jobs = 300;
    const uploading = inParallel(8, jobs, () => client.upload('x'));
    const readers = [3, 17, 40].map((most) => comeAndGo(`${service.url}/jobs/events`, most, 3 * jobs));
    await uploading;
    for (const events of await Promise.all(readers)) {
      const ids = idsOf(events);
      expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
      const told = lives(events);
      expect(told.size).toBe(jobs);
      for (const life of told.values()) expect(life).toEqual(WHOLE_LIFE);
    }
  });

  it('costs no memory when nobody reads, drops progress, and then tells all that happened', async () => {
    const client = await start({ processors: ['bulky', 'gated'].map((name) => testProcessor(name)) });
    const sockets: Socket[] = [];
    service.app.getHttpServer().on('connection', (socket: Socket) => sockets.push(socket));
    const connection = await RawConnection.open(service.url);
    await connection.write(head('GET', '/jobs/events'));
    await waitFor(() => service.app.get(JobFeed).size === 1);
    connection.socket.pause();
    const port = (connection.socket.address() as AddressInfo).port;
    const served = sockets.find(({ remotePort }) => remotePort === port)!;

    const jobs = 100;
    let held = 0;
    const look = setInterval(() => (held = Math.max(held, served.writableLength)), 1);
    await inParallel(4, jobs, async () => {
      const { job_id } = await client.upload('200000', { filename: 'a.bulky' });
      await client.settled(job_id);
    });
    clearInterval(look);
    expect(held).toBeGreaterThan(0); // it did not take it all
    expect(held).toBeLessThan(MB); // of twenty
    const gates = new Gates(client, service.dataDir);
    await gates.open([await gates.running()]);

    connection.socket.resume();
    // Twenty megabytes are read once: each look takes time from the service, which runs in this process.
    await waitFor(() => connection.text.split('event: job.').length > 3 * (jobs + 1));
    const events = parseBlocks(unchunked(connection));
    const ids = idsOf(events);
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b)); // progress would be NaN
    const told = lives(events);
    expect(told.size).toBe(jobs + 1);
    for (const life of told.values()) expect(life).toEqual(WHOLE_LIFE);
    await connection.abort();
  });

  it('goes on after a restart for an EventSource, which then stops', async () => {
    const options = {
      dataDir,
      processors: [testProcessor('gated')],
      environment: { SHUTDOWN_GRACE_SECONDS: '0' },
    };
    const client = await start(options);
    const gates = new Gates(client, dataDir);
    const job = await gates.running();
    const source = new EventSource(`${service.url}/jobs/${job.job_id}/events`);
    const seen: string[] = [];
    const note = ({ type, lastEventId }: MessageEvent) => seen.push(`${type} ${lastEventId}`);
    for (const type of ['job.queued', ...WHOLE_LIFE]) source.addEventListener(type, note);
    await waitFor(() => seen.length === 1);

    const port = Number(new URL(service.url).port);
    await ends.pop()!();
    await start({ ...options, port });
    await waitFor(() => seen.length >= 3); // put back at the end, started again
    await gates.open([job]);
    await waitFor(() => source.readyState === source.CLOSED);

    const types = seen.map((line) => line.split(' ')[0]);
    expect(types).toEqual(['job.started', 'job.queued', 'job.started', 'job.completed']);
    expect(new Set(seen).size).toBe(seen.length);
    source.close();
  });

  it('ends with the service, and while that still answers tells what there is', async () => {
    const client = await start({ processors: [testProcessor('gated')] });
    const gates = new Gates(client, service.dataDir);
    const job = await gates.running();
    const reader = await EventReader.open(`${service.url}/jobs/events`);
    const closing = ends.pop()!();
    await reader.ended();
    expect(reader.hasEnded).toBe(true);
    const last = await EventReader.open(`${service.url}/jobs/events`, { lastEventId: '0' });
    await last.ended();
    expect(last.types).toEqual(['job.queued', 'job.started']);
    gates.release(job);
    await closing;
  });
});

/** Reads a stream to the event number `count`, and loses its connection after each few events. */
async function comeAndGo(url: string, most: number, count: number): Promise<ReadEvent[]> {
  const seen: ReadEvent[] = [];
  let lastEventId = '0';
  for (let turn = 0; seen.length < count; turn++) {
    const accept = turn % 2 === 0 ? 'text/event-stream' : 'application/x-ndjson';
    const reader = await EventReader.open(url, { lastEventId, accept });
    const wanted = Math.min(1 + ((turn * 7) % most), count - seen.length);
    await waitFor(() => reader.transitions.length >= wanted);
    const read = reader.transitions;
    await reader.close();
    seen.push(...read);
    lastEventId = seen.at(-1)!.id!;
  }
  return seen;
}

async function inParallel(width: number, count: number, work: () => Promise<unknown>): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** What came on a connection, without the lines of the chunked transfer coding. */
function unchunked(connection: RawConnection): string {
  const text = connection.text;
  return text
    .slice(text.indexOf('\r\n\r\n'))
    .replaceAll(/\r\n[0-9a-f]+\r\n/g, '')
    .replaceAll('\r\n', '');
}
