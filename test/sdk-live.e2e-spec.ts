import { Filemill, type JobStatus, type LiveEvent } from '@filemill/sdk';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp, type TestApp } from './support/app';
import { Client, waitFor } from './support/client';
import { Gates } from './support/gates';
import { testProcessor } from './support/test-processors';

const UNKNOWN_ID = '019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5';

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => Promise.reject(new Error(`It resolved to ${JSON.stringify(value)}`)),
    (error: unknown) => error,
  );
}

/** Reads on in the background. */
function collect<T>(iterable: AsyncIterable<T>): { readonly seen: T[]; readonly done: Promise<void> } {
  const seen: T[] = [];
  const read = async () => {
    for await (const value of iterable) seen.push(value);
  };
  return { seen, done: read() };
}

describe('the SDK, live', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'filemill-sdk-live-'));
  const processors = [testProcessor('gated')];
  const environment = { SHUTDOWN_GRACE_SECONDS: '0' };
  let service: TestApp;
  let filemill: Filemill;
  let client: Client;
  let gates: Gates;

  beforeEach(async () => {
    service = await startApp({ dataDir, processors, environment });
    filemill = new Filemill({ baseUrl: service.url });
    client = new Client(service.url);
    gates = new Gates(client, mkdtempSync(join(dataDir, 'gates-')));
  });
  afterEach(() => service.close());
  afterAll(() => rmSync(dataDir, { recursive: true }));

  async function restart(): Promise<void> {
    const port = Number(new URL(service.url).port);
    await service.close();
    service = await startApp({ dataDir, processors, environment, port });
  }

  const states = (jobs: readonly JobStatus[]) =>
    jobs.map(({ status }) => status).filter((status, i, all) => status !== all[i - 1]);

  it('yields a job whenever it changes, until it has ended', async () => {
    const busy = await gates.allThreads();
    const job = await gates.job();
    const { seen, done } = collect(filemill.watch(job.job_id));
    await waitFor(() => seen.length === 1);
    await gates.open(busy);
    await waitFor(() => seen.some(({ progress }) => progress > 0));
    const [settled] = await gates.open([job]);
    await done;
    expect(states(seen)).toEqual(['pending', 'processing', 'completed']);
    expect(seen.at(-1)).toEqual(settled);
    expect(await collect(filemill.watch(job.job_id)).done).toBeUndefined(); // it ends at once
  });

  it('goes on when the service was away', async () => {
    const job = await gates.running();
    const one = collect(filemill.watch(job.job_id));
    const stop = new AbortController();
    const all = collect(filemill.watchAll({ lastEventId: '0', signal: stop.signal }));
    await waitFor(() => one.seen.length > 0 && all.seen.length >= 2);
    await restart();
    await client.running(job.job_id);
    await gates.open([job]);
    await one.done;
    expect(states(one.seen)).toEqual(['processing', 'pending', 'processing', 'completed']);
    const told = (event: LiveEvent) => event.id !== undefined && event.data.job_id === job.job_id;
    await waitFor(() => all.seen.filter(told).length >= 5);
    expect(all.seen.filter(told).map(({ event }) => event)).toEqual([
      'job.queued',
      'job.started',
      'job.queued',
      'job.started',
      'job.completed',
    ]);
    const ids = all.seen.flatMap(({ id }) => id ?? []).map(Number);
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
    stop.abort();
    expect(await rejection(all.done)).toMatchObject({ name: 'AbortError' });
  });

  it('yields what is written into the log, also while the service was away', async () => {
    const stop = new AbortController();
    const note = (description: string) => filemill.createActivityEntry({ body: { description } });
    await note('before');
    let isConnected = false;
    const onConnection = (isStanding: boolean) => (isConnected = isStanding);
    const { seen, done } = collect(filemill.watchLog({ signal: stop.signal, onConnection }));
    await waitFor(() => isConnected);
    const first = await note('first');
    await waitFor(() => seen.length === 1);
    expect(seen).toEqual([first]);
    await restart();
    await note('second');
    await waitFor(() => seen.length === 2);
    expect(seen.map(({ description }) => description)).toEqual(['first', 'second']);
    stop.abort();
    expect(await rejection(done)).toMatchObject({ name: 'AbortError' });
  });

  it('stops when told so, and when nobody asks for more', async () => {
    const job = await gates.running();
    const stop = new AbortController();
    const one = collect(filemill.watch(job.job_id, { signal: stop.signal }));
    const all = collect(filemill.watchAll({ signal: stop.signal }));
    await waitFor(() => one.seen.length > 0);
    const reason = new Error('The user went away');
    stop.abort(reason);
    expect(await rejection(one.done)).toBe(reason);
    expect(await rejection(all.done)).toBe(reason);
    for await (const { status } of filemill.watch(job.job_id)) {
      expect(status).toBe('processing');
      break;
    }
    expect(await rejection(collect(filemill.watchAll({ signal: AbortSignal.abort() })).done)).toMatchObject({
      name: 'AbortError',
    });
    await gates.open([job]);
  });

  it('rejects for a job that is not there, or is deleted', async () => {
    const missing = await rejection(collect(filemill.watch(UNKNOWN_ID)).done);
    expect(missing).toMatchObject({ name: 'FilemillError', code: 'job_not_found' });
    const job = await gates.running();
    const { seen, done } = collect(filemill.watch(job.job_id));
    const outcome = rejection(done);
    await waitFor(() => seen.length > 0);
    await client.delete(job.job_id);
    expect(await outcome).toMatchObject({ name: 'FilemillError', code: 'job_not_found' });
  });

  it('rejects when there is no service to begin with, or it refuses', async () => {
    const nowhere = new Filemill({ baseUrl: 'http://127.0.0.1:1' });
    expect(await rejection(collect(nowhere.watch(UNKNOWN_ID)).done)).toMatchObject({ name: 'TypeError' });
    const refused = await rejection(collect(filemill.watchAll({ lastEventId: 'x' })).done);
    expect(refused).toMatchObject({ code: 'validation_failed' });
  });
});
