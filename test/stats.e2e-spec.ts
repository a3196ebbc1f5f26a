import { DAY_MS, MINUTE_MS } from '@app/platform/clock/durations';
import { ManualClock } from '@app/platform/clock/manual.clock';
import type { StatsDto, ThroughputDto } from '@app/stats/stats.dto';
import { newUser } from './support/accounts';
import { startApp, type TestApp, type TestAppOptions } from './support/app';
import { Client, waitFor } from './support/client';
import { Gates } from './support/gates';
import { expectProblem } from './support/problem';
import { testProcessor } from './support/test-processors';

const services: TestApp[] = [];
afterEach(() => Promise.all(services.splice(0).map((service) => service.close())));

async function start(options: TestAppOptions = {}) {
  const processors = [testProcessor('gated'), testProcessor('rejecting')];
  const service = await startApp({ processors, ...options });
  services.push(service);
  const client = new Client(service.url);
  return { service, client, gates: new Gates(client, service.dataDir) };
}

async function ask(client: Client): Promise<{ stats: StatsDto; cache: string }> {
  const answer = (await client.send('/stats')).ok();
  return { stats: answer.json(), cache: answer.headers.get('cache-status') ?? '' };
}

const totals = (some: Partial<StatsDto['jobs']>) => ({
  total: 0,
  pending: 0,
  processing: 0,
  completed: 0,
  failed: 0,
  cancelled: 0,
  ...some,
});

describe('GET /stats', () => {
  it('is right after every kind of change, and made anew then alone', async () => {
    const { client, gates } = await start();
    expect((await ask(client)).stats).toMatchObject({ jobs: totals({}), by_processor: [] });
    expect((await ask(client)).cache).toMatch(/^filemill; hit; ttl=\d+$/);
    const expectNow = async (jobs: object, stored: object) => {
      const first = await ask(client);
      expect(first.cache).toBe('filemill; fwd=stale; stored');
      expect(first.stats).toMatchObject({ jobs: totals(jobs), stored });
      const second = await ask(client);
      expect(second.cache).toMatch(/^filemill; hit; ttl=\d+$/);
      expect(second.stats).toEqual(first.stats);
    };

    const done = await client.upload('four');
    await client.settled(done.job_id);
    await expectNow({ total: 1, completed: 1 }, { file_count: 1, size_bytes: 4 });
    const bad = await client.upload('x', { filename: 'a.rejecting' });
    await client.settled(bad.job_id);
    await expectNow({ total: 2, completed: 1, failed: 1 }, { file_count: 2, size_bytes: 5 });
    const [one, other] = await gates.allThreads();
    const { size_bytes } = (await ask(client)).stats.stored;
    const waiting = await gates.job();
    const files = { file_count: 5, size_bytes: size_bytes + waiting.size_bytes };
    await expectNow({ total: 5, pending: 1, processing: 2, completed: 1, failed: 1 }, files);
    await client.act(waiting.job_id, 'cancel');
    await expectNow({ total: 5, processing: 2, completed: 1, failed: 1, cancelled: 1 }, files);
    await client.act(one.job_id, 'cancel');
    await expectNow({ total: 5, processing: 1, completed: 1, failed: 1, cancelled: 2 }, files);
    await client.act(waiting.job_id, 'retry');
    await client.running(waiting.job_id);
    await expectNow({ total: 5, processing: 2, completed: 1, failed: 1, cancelled: 1 }, files);
    await gates.open([other, waiting]);
    await expectNow({ total: 5, completed: 3, failed: 1, cancelled: 1 }, files);
    await client.act(bad.job_id, 'retry');
    await client.settled(bad.job_id);
    await expectNow({ total: 5, completed: 3, failed: 1, cancelled: 1 }, files);
    const again = await client.createJob(done.file_id);
    await client.settled(again.job_id);
    await expectNow({ total: 6, completed: 4, failed: 1, cancelled: 1 }, files);
    for (const { job_id } of await client.jobs()) await client.delete(job_id);
    await expectNow({}, { file_count: 0, size_bytes: 0 });
  });

  it('tells by processor and by day, also when minutes became part of their days', async () => {
    const clock = new ManualClock(Date.UTC(2026, 0, 30, 12));
    const { client } = await start({ clock });
    const uploads = [await client.upload('x'), await client.upload('x', { filename: 'a.rejecting' })];
    await client.allSettled(uploads);
    clock.leap(DAY_MS);
    await client.settled((await client.upload('y')).job_id);
    const expected = {
      by_processor: [
        { processor: 'text', ...totals({ total: 2, completed: 2 }) },
        { processor: 'rejecting', ...totals({ total: 1, failed: 1 }) },
      ],
      by_day: [
        { day: '2026-01-30', ...totals({ total: 2, completed: 1, failed: 1 }) },
        { day: '2026-01-31', ...totals({ total: 1, completed: 1 }) },
      ],
    };
    const expectNow = async () => {
      const { stats } = await ask(client);
      expect(stats.by_processor).toEqual(expected.by_processor);
      expect(stats.by_day).toHaveLength(30);
      expect(stats.by_day.slice(-2)).toEqual(expected.by_day);
    };
    await expectNow();
    const minutes = async () => {
      const { minutes: all } = (await client.send('/stats/throughput')).ok().json<ThroughputDto>();
      return all.reduce((sum, { completed }) => sum + completed, 0);
    };
    clock.advance(60_000 * 119);
    await expectNow();
    for (let hour = 0; hour < 4; hour++) clock.advance(3_600_000);
    await waitFor(minutes, (completed) => completed === 0);
    await expectNow();
    await client.delete(uploads[0].job_id);
    const { stats } = await ask(client);
    expect(stats.by_processor).toContainEqual({
      processor: 'text',
      ...totals({ total: 1, completed: 1 }),
    });
  });

  it('is never older than what its caller has seen, while much happens', async () => {
    const { client } = await start();
    const known: number[] = [];
    await Promise.all(
      Array.from({ length: 40 }, async () => {
        const { job_id } = await client.upload('x');
        known.push(1);
        const least = known.length;
        const { stats } = await ask(client);
        expect(stats.jobs.total).toBeGreaterThanOrEqual(least);
        await client.settled(job_id);
        expect((await ask(client)).stats.jobs.completed).toBeGreaterThanOrEqual(1);
      }),
    );
    const { stats } = await ask(client);
    expect(stats.jobs).toEqual(totals({ total: 40, completed: 40 }));
  });

  it('is made once for all who ask at the same time', async () => {
    const { client } = await start();
    await client.settled((await client.upload('x')).job_id);
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(client)));
    const stored = answers.filter(({ cache }) => cache.endsWith('stored'));
    expect(stored).toHaveLength(1);
    expect(new Set(answers.map(({ stats }) => JSON.stringify(stats))).size).toBe(1);
  });

  it('is made anew after 300 seconds', async () => {
    const clock = new ManualClock();
    const { client } = await start({ clock });
    expect((await ask(client)).cache).toBe('filemill; fwd=uri-miss; stored');
    clock.advance(299_000);
    expect((await ask(client)).cache).toBe('filemill; hit; ttl=1');
    clock.advance(1_000);
    expect((await ask(client)).cache).toMatch(/stored$/);
  });

  it('is of its caller alone, and goes with the account', async () => {
    const { client } = await start();
    const ada = await newUser(client.url, 'ada');
    const eve = await newUser(client.url, 'eve');
    await ada.settled((await ada.upload('x')).job_id);
    expect((await ask(ada)).stats.jobs.total).toBe(1);
    expect((await ask(eve)).stats).toMatchObject({ jobs: totals({}), stored: { file_count: 0 } });
    expect((await ask(client)).stats.jobs.total).toBe(0);
  });
});

describe('GET /stats/throughput', () => {
  const throughput = async (client: Client, query = '') =>
    (await client.send(`/stats/throughput${query}`)).ok().json<ThroughputDto>().minutes;

  it('tells what came, what ended by processor, and what was under way, minute by minute', async () => {
    const clock = new ManualClock(Date.UTC(2026, 0, 1, 12));
    const { client, gates } = await start({ clock });
    const running = await gates.allThreads();
    const waiting = await gates.job();
    clock.advance(MINUTE_MS);
    await client.act(waiting.job_id, 'cancel');
    await gates.open(running);
    clock.advance(MINUTE_MS);
    const bad = await client.upload('x', { filename: 'a.rejecting' });
    await client.settled(bad.job_id);

    const minutes = await throughput(client, '?minutes=4');
    const idle = { arrived: 0, completed: 0, failed: 0, cancelled: 0, unfinished: 0, by_processor: [] };
    expect(minutes).toEqual([
      { ...idle, began_at: '2026-01-01T11:59:00.000Z' },
      { ...idle, began_at: '2026-01-01T12:00:00.000Z', arrived: 3, unfinished: 3 },
      {
        ...idle,
        began_at: '2026-01-01T12:01:00.000Z',
        completed: 2,
        cancelled: 1,
        by_processor: [{ processor: 'gated', completed: 2, failed: 0, cancelled: 1 }],
      },
      {
        ...idle,
        began_at: '2026-01-01T12:02:00.000Z',
        arrived: 1,
        failed: 1,
        by_processor: [{ processor: 'rejecting', completed: 0, failed: 1, cancelled: 0 }],
      },
    ]);
    expect(await throughput(client)).toHaveLength(60);
    expect(await throughput(await newUser(client.url, 'eve'), '?minutes=4')).toEqual(
      minutes.map(({ began_at }) => Object.assign({ began_at }, idle)),
    );
  });

  it.each(['0', '180', 'x', '1.5'])('refuses %s minutes', async (minutes) => {
    const { client } = await start();
    expectProblem(await client.send(`/stats/throughput?minutes=${minutes}`), {
      status: 422,
      code: 'validation_failed',
    });
  });
});
