import { Database } from '@app/platform/database/database';
import { ManualClock } from '@app/platform/clock/manual.clock';
import { JobFeed } from '@app/jobs/live/job-feed';
import { JobsService } from '@app/jobs/jobs.service';
import { startApp, type TestApp } from './support/app';
import { Client, waitFor } from './support/client';
import { EventReader, type ReaderOptions } from './support/event-reader';
import { Gates } from './support/gates';
import { expectProblem } from './support/problem';
import { testProcessor } from './support/test-processors';

const UNKNOWN_ID = '019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5';
const NDJSON = 'application/x-ndjson';
/** To follow for the first time, and again. */
const ASKS: readonly Record<string, string>[] = [{}, { 'last-event-id': '0' }];

describe('live events', () => {
  let service: TestApp;
  let client: Client;
  let gates: Gates;
  const readers: EventReader[] = [];

  beforeAll(async () => {
    const processors = ['gated', 'rejecting'].map((name) => testProcessor(name));
    service = await startApp({ processors });
    client = new Client(service.url);
    gates = new Gates(client, service.dataDir);
  });
  afterEach(async () => {
    for (const reader of readers.splice(0)) await reader.close();
    await waitFor(() => service.app.get(JobFeed).size === 0); // nobody is remembered
  });
  afterAll(() => service.close());

  async function follow(path: string, options?: ReaderOptions): Promise<EventReader> {
    const reader = await EventReader.open(service.url + path, options);
    readers.push(reader);
    return reader;
  }
  const followJob = (jobId: string, options?: ReaderOptions) => follow(`/jobs/${jobId}/events`, options);

  describe('of a job', () => {
    it('begin with the job as it stands, go on as it goes on, and end with it', async () => {
      const busy = await gates.allThreads();
      const job = await gates.job();
      const reader = await followJob(job.job_id);
      await reader.until(({ event }) => event === 'job.queued');
      expect(reader.events).toMatchObject([{ data: await client.job(job.job_id) }]);
      await gates.open(busy);
      await client.running(job.job_id);
      const progress = await reader.until(({ event }) => event === 'job.progressed');
      expect(progress.data).toMatchObject({ job_id: job.job_id, status: 'processing', attempt: 1 });
      expect(progress.data.progress).toBeGreaterThan(0);
      expect(progress).not.toHaveProperty('id');
      const [settled] = await gates.open([job]);
      await reader.ended();
      expect(reader.types).toEqual(['job.queued', 'job.started', 'job.completed']);
      expect(reader.events.at(-1)!.data).toEqual(settled);
      const ids = reader.transitions.map(({ id }) => Number(id));
      expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
    });

    it('are one event when the job has ended', async () => {
      const job = await gates.ended('completed');
      const { events } = await (await followJob(job.job_id)).ended();
      expect(events).toEqual([{ id: expect.stringMatching(/^\d+$/), event: 'job.completed', data: job }]);
    });

    it.each([
      ['text/event-stream', undefined],
      ['text/event-stream', 'text/html'],
      ['text/event-stream', '*/*'],
      ['text/event-stream', `${NDJSON};q=0.5, text/event-stream`],
      [NDJSON, NDJSON],
      [NDJSON, 'Application/X-NDJSON'],
    ])('are %s for those who accept %s', async (type, accept) => {
      const job = await gates.ended('failed');
      const { response, events } = await (await followJob(job.job_id, { accept })).ended();
      expect(response.status).toBe(200);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': type,
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no',
        vary: 'Accept',
      });
      expect(events).toMatchObject([{ event: 'job.failed', data: job }]);
    });

    it('say when to come back, and from where, before anything has happened', async () => {
      const job = await gates.ended('completed');
      const { text, events } = await (await followJob(job.job_id)).ended();
      expect(text).toMatch(
        new RegExp(`^retry: 2000\nid: ${Number(events[0].id) - 1}\n\nid: ${events[0].id}\n`),
      );
    });

    it('go on after the event that was seen last, by header or query', async () => {
      const { job_id } = await gates.ended('completed');
      const all = await (await followJob(job_id, { lastEventId: '0' })).ended();
      expect(all.types).toEqual(['job.queued', 'job.started', 'job.completed']);
      const [{ id }, ...rest] = all.events;
      expect((await (await followJob(job_id, { lastEventId: id })).ended()).events).toEqual(rest);
      const byQuery = await follow(`/jobs/${job_id}/events?last_event_id=${id}`, { accept: NDJSON });
      expect((await byQuery.ended()).events).toEqual(rest);
      const both = await follow(`/jobs/${job_id}/events?last_event_id=0`, { lastEventId: rest[0].id });
      expect((await both.ended()).events).toEqual(rest.slice(1));
    });

    it('are over for those who have seen the end', async () => {
      const { job_id } = await gates.ended('failed');
      const { events } = await (await followJob(job_id)).ended();
      const past = String(Number(events[0].id) + 1000);
      for (const lastEventId of [events[0].id, past]) {
        const { response, text } = await (await followJob(job_id, { lastEventId })).ended();
        expect([response.status, text]).toEqual([204, '']);
      }
      await client.act(job_id, 'retry');
      await client.settled(job_id);
      const again = await (await followJob(job_id, { lastEventId: events[0].id })).ended();
      expect(again.types).toEqual(['job.queued', 'job.started', 'job.failed']);
    });

    it('show what the job has gone beyond as it was, and do not end there', async () => {
      const first = await gates.ended('failed');
      await client.act(first.job_id, 'retry');
      const second = await client.settled(first.job_id);
      const { events } = await (await followJob(first.job_id, { lastEventId: '0' })).ended();
      const asItWas = { ...first, error: null };
      expect(events).toMatchObject([
        { event: 'job.queued', data: { status: 'pending', attempt: 0, started_at: null, finished_at: null } },
        { event: 'job.started', data: { status: 'processing', attempt: 1, started_at: first.started_at } },
        { event: 'job.failed', data: asItWas },
        { event: 'job.queued', data: { status: 'pending', attempt: 1 } },
        { event: 'job.started', data: { status: 'processing', attempt: 2, started_at: second.started_at } },
        { event: 'job.failed', data: second },
      ]);
    });

    it('end when the job is cancelled, or deleted', async () => {
      const cancelled = await gates.running();
      const one = await followJob(cancelled.job_id);
      await client.act(cancelled.job_id, 'cancel');
      expect((await one.ended()).types.at(-1)).toBe('job.cancelled');

      const deleted = await gates.running();
      const other = await followJob(deleted.job_id);
      const { id } = await other.until(({ event }) => event === 'job.started');
      await client.delete(deleted.job_id);
      const { events } = await other.ended();
      const deletion = events.at(-1)!;
      expect(deletion).toMatchObject({ event: 'job.deleted', data: { job_id: deleted.job_id } });
      const back = await (await followJob(deleted.job_id, { lastEventId: id })).ended();
      expect(back.events).toEqual([deletion]);
      const done = await followJob(deleted.job_id, { lastEventId: deletion.id });
      expect(done.response.status).toBe(204);
      const late = await client.send(`/jobs/${deleted.job_id}/events`);
      expectProblem(late, { status: 404, code: 'job_not_found' });
    });

    it.each([UNKNOWN_ID, 'x', '..%2f'])('of %s there are none', async (id) => {
      for (const headers of ASKS) {
        const answer = await client.send(`/jobs/${id}/events`, { headers });
        expectProblem(answer, { status: 404, code: 'job_not_found' });
      }
    });
  });

  describe('of all jobs', () => {
    it('are those from now on, in their order', async () => {
      const before = await gates.ended('completed');
      const reader = await follow('/jobs/events');
      const mine = [await gates.ended('completed'), await gates.ended('failed')];
      await client.delete(mine[0].job_id);
      await reader.until(({ event }) => event === 'job.deleted');
      expect(reader.events.map(({ data }) => data.job_id)).not.toContain(before.job_id);
      const told = reader.transitions.map(({ event, data }) => [
        event,
        mine.findIndex((job) => job.job_id === data.job_id),
      ]);
      expect(told).toEqual([
        ['job.queued', 0],
        ['job.started', 0],
        ['job.completed', 0],
        ['job.queued', 1],
        ['job.started', 1],
        ['job.failed', 1],
        ['job.deleted', 0],
      ]);
      expect(reader.hasEnded).toBe(false);
    });

    it('go on after any event, and from now for those who are ahead', async () => {
      const reader = await follow('/jobs/events', { accept: NDJSON });
      const first = await gates.ended('completed');
      await reader.until(({ event }) => event === 'job.completed');
      const [{ id }, ...rest] = reader.events;
      const back = await follow('/jobs/events', { lastEventId: id });
      const ahead = await follow('/jobs/events', { lastEventId: '999999999999999' });
      await back.until(({ event }) => event === 'job.completed');
      expect(back.events).toEqual(rest);
      const second = await gates.ended('completed');
      const isLast = ({ event, data }: { event: string; data: { job_id: string } }) =>
        event === 'job.completed' && data.job_id === second.job_id;
      for (const each of [reader, back, ahead]) await each.until(isLast);
      expect(back.events).toEqual(reader.events.slice(1));
      expect(ahead.events).toEqual(reader.events.slice(3));
      expect(first.job_id).not.toBe(second.job_id);
    });

    it('have a gap for nobody: a job made before the first event is heard of after it', async () => {
      const reader = await follow('/jobs/events');
      await waitFor(() => reader.text.includes('\n\n'));
      const [, id] = /^id: (\d+)$/m.exec(reader.text)!;
      await reader.close();
      const job = await gates.ended('completed');
      const back = await follow('/jobs/events', { lastEventId: id });
      await back.until(({ event }) => event === 'job.completed');
      expect(back.events.map(({ data }) => data.job_id)).toEqual(Array(3).fill(job.job_id));
    });
  });

  it.each(['x', '-1', '1.5', '1e3', '0x10', '1234567890123456', '1, 2'])(
    'refuse %j as the last event',
    async (id) => {
      for (const path of ['/jobs/events', `/jobs/${UNKNOWN_ID}/events`]) {
        const byHeader = await client.send(path, { headers: { 'last-event-id': id } });
        expectProblem(byHeader, { status: 422, code: 'validation_failed' });
        const byQuery = await client.send(`${path}?last_event_id=${encodeURIComponent(id)}`);
        expectProblem(byQuery, { status: 422, code: 'validation_failed' });
      }
    },
  );

  it('answer HEAD and other methods', async () => {
    const head = await client.send('/jobs/events', { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type'), head.text]).toEqual([
      200,
      'text/event-stream',
      '',
    ]);
    expectProblem(await client.send('/jobs/events', { method: 'POST' }), {
      status: 405,
      code: 'method_not_allowed',
    });
  });

  it('are of the own jobs alone', async () => {
    const foreign = await gates.running();
    await service.app.get(Database).transaction(async (queries) => {
      for (const table of ['jobs', 'job_transitions'] as const)
        await queries.updateTable(table).set({ owner: 'bob' }).where('job_id', '=', foreign.job_id).execute();
    });
    for (const headers of ASKS) {
      const answer = await client.send(`/jobs/${foreign.job_id}/events`, { headers });
      expectProblem(answer, { status: 404, code: 'job_not_found' });
    }
    const live = await follow('/jobs/events');
    const replayed = await follow('/jobs/events', { lastEventId: '0' });
    await service.app.get(JobsService).cancel('bob', foreign.job_id);
    const own = await gates.ended('completed');
    for (const reader of [live, replayed]) {
      await reader.until(({ event, data }) => event === 'job.completed' && data.job_id === own.job_id);
      expect(reader.text).not.toContain(foreign.job_id);
    }
  });
});

describe('live events at their own time', () => {
  let service: TestApp;
  let client: Client;
  let clock: ManualClock;

  beforeEach(async () => {
    clock = new ManualClock();
    const environment = { MAX_LIVE_STREAMS: '2' };
    service = await startApp({ clock, environment, processors: [testProcessor('gated')] });
    client = new Client(service.url);
  });
  afterEach(() => service.close());

  const follow = (path: string, options?: ReaderOptions) => EventReader.open(service.url + path, options);

  it('have a heartbeat every 15 seconds', async () => {
    const events = await follow('/jobs/events');
    const lines = await follow('/jobs/events', { accept: NDJSON });
    await waitFor(() => events.text.endsWith('\n\n'));
    const { text } = events;
    clock.advance(14_999);
    clock.advance(1);
    await waitFor(() => events.text !== text && lines.text !== '');
    expect([events.text.slice(text.length), lines.text]).toEqual([':\n\n', '\n']);
    clock.advance(15_000);
    await waitFor(() => lines.text === '\n\n');
  });

  it('show progress at most five times a second, more often than it is written down', async () => {
    const gates = new Gates(client, service.dataDir);
    const job = await gates.running();
    const reader = await follow(`/jobs/${job.job_id}/events`);
    await reader.until(({ event }) => event === 'job.started');
    const shown = () => reader.events.filter(({ event }) => event === 'job.progressed');
    for (let count = 1; count <= 4; count++) {
      clock.advance(200);
      await waitFor(() => shown().length === count);
    }
    expect((await client.job(job.job_id)).progress).toBe(0);
    clock.advance(200);
    const recorded = await client.jobWhen(job.job_id, ({ progress }) => progress > 0);
    await waitFor(() => shown().length === 5);
    const fractions = shown().map(({ data }) => data.progress);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(recorded.progress).toBe(fractions.at(-1));
    await gates.open([job]);
    await reader.ended();
    expect(shown()).toHaveLength(5);
  });

  it('are for as many as there is room for', async () => {
    const first = await follow('/jobs/events');
    await follow('/jobs/events');
    const refused = await client.send('/jobs/events');
    expectProblem(refused, { status: 429, code: 'too_many_streams' });
    expect(refused.headers.get('retry-after')).toBe('5');
    await first.close();
    await waitFor(async () => {
      const reader = await follow('/jobs/events');
      return reader.response.status === 200;
    });
    expect((await client.send('/livez')).status).toBe(200);
  });
});
