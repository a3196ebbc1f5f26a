import type { ActivityEntryDto } from '@app/activity/activity.dto';
import { JobFeed } from '@app/jobs/live/job-feed';
import { JobWaiter } from '@app/jobs/live/job-waiter';
import type { TestApp } from './support/app';
import { Client, waitFor } from './support/client';
import { EventReader } from './support/event-reader';
import { Gates } from './support/gates';
import { Instances } from './support/instances';

/** Files are taken by one api process and processed by a worker; another api process is asked for what becomes of them. */
describe.each([
  ['by Redis', {}],
  ['by looking, without Redis', { REDIS_URL: '' }],
])('what happens in another instance is heard %s', (_, environment) => {
  let instances: Instances;
  let asked: TestApp;
  let here: Client;
  let elsewhere: Client;
  let gates: Gates;
  const readers: EventReader[] = [];

  beforeAll(async () => {
    instances = await Instances.create();
    asked = await instances.start({ environment: { ROLE: 'api', ...environment } });
    const other = await instances.start({ environment: { ROLE: 'api', ...environment } });
    await instances.start({ environment: { ROLE: 'worker', ...environment } });
    here = new Client(asked.url);
    elsewhere = new Client(other.url);
    gates = new Gates(elsewhere, instances.dataDir);
  });
  afterEach(async () => {
    for (const reader of readers.splice(0)) await reader.close();
  });
  afterAll(async () => {
    gates.releaseAll();
    await instances.remove();
  });

  async function follow(path: string): Promise<EventReader> {
    const reader = await EventReader.open(asked.url + path);
    readers.push(reader);
    return reader;
  }

  it('the events of a job', async () => {
    const job = await gates.running();
    const reader = await follow(`/jobs/${job.job_id}/events`);
    await reader.until(({ event }) => event === 'job.started');
    await gates.open([job]);
    await reader.ended();
    expect(reader.transitions.map(({ event }) => event)).toEqual(['job.started', 'job.completed']);
    expect(reader.events.at(-1)!.data).toEqual(await here.job(job.job_id));
  });

  it('the events of all jobs, in their order', async () => {
    const reader = await follow('/jobs/events');
    const uploaded = await Promise.all(Array.from({ length: 10 }, (__, i) => elsewhere.upload(`file ${i}`)));
    await elsewhere.allSettled(uploaded);
    await waitFor(() => reader.types.filter((type) => type === 'job.completed').length === 10);
    const ids = reader.transitions.map(({ id }) => Number(id));
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
  });

  it('the end of a job that a caller waits for', async () => {
    const job = await gates.running();
    const answer = here.send(`/jobs/${job.job_id}`, { headers: { prefer: 'wait=60' } });
    await waitFor(() => asked.app.get(JobWaiter).size === 1);
    const [settled] = await gates.open([job]);
    expect((await answer).json()).toEqual(settled);
  });

  it('the deletion of a job that a caller waits for', async () => {
    const job = await gates.running();
    const answer = here.send(`/jobs/${job.job_id}`, { headers: { prefer: 'wait=60' } });
    await waitFor(() => asked.app.get(JobWaiter).size === 1);
    await elsewhere.send(`/jobs/${job.job_id}`, { method: 'DELETE' });
    expect((await answer).status).toBe(404);
  });

  it('what is written into the log', async () => {
    const reader = await follow('/activity/stream');
    const written = await elsewhere.sendJson('/activity', { description: 'elsewhere' });
    const { entry_id } = written.json<ActivityEntryDto>();
    await waitFor(() => reader.text.includes(`id: ${entry_id}`));
  });

  it('nobody is remembered', async () => {
    await waitFor(() => asked.app.get(JobFeed).size + asked.app.get(JobWaiter).size === 0);
  });
});

describe('instances with Redis', () => {
  let instances: Instances;
  let asked: TestApp;
  let here: Client;
  let gates: Gates;

  beforeEach(async () => {
    instances = await Instances.create();
    asked = await instances.start({ environment: { ROLE: 'api' } });
    await instances.start({ environment: { ROLE: 'worker' } });
    here = new Client(asked.url);
    gates = new Gates(here, instances.dataDir);
  });
  afterEach(async () => {
    gates.releaseAll();
    await instances.remove();
  });

  it('show the progress of a job elsewhere', async () => {
    const job = await gates.job();
    const reader = await EventReader.open(`${asked.url}/jobs/${job.job_id}/events`);
    const progress = await reader.until(({ event }) => event === 'job.progressed');
    expect(progress.data).toMatchObject({ job_id: job.job_id, status: 'processing', attempt: 1 });
    expect(progress.data.progress).toBeGreaterThan(0);
    await reader.close();
  });

  it('end a run at once that is cancelled elsewhere', async () => {
    const job = await gates.running();
    const next = await gates.running(); // now both threads are taken
    await here.act(job.job_id, 'cancel');
    const third = await gates.running(); // which needs one
    await gates.open([next, third]);
  });

  it.each([
    ['lose their connections', () => instances.redis.cut()],
    ['lose Redis, and get it back empty', () => instances.redis.restart()],
    ['lose Redis for good', () => instances.redis.stop()],
  ])('hear of everything when they %s', async (_, fail) => {
    const reader = await EventReader.open(`${asked.url}/jobs/events`);
    const job = await gates.running();
    await reader.until(({ event }) => event === 'job.started');
    const answer = here.send(`/jobs/${job.job_id}`, { headers: { prefer: 'wait=60' } });
    await waitFor(() => asked.app.get(JobWaiter).size === 1);
    await fail();
    const [settled] = await gates.open([job]);
    expect((await answer).json()).toEqual(settled);
    await reader.until(({ event }) => event === 'job.completed');
    await reader.close();
  });

  it('are ready without it, and say so', async () => {
    await waitFor(
      () => here.send('/readyz'),
      (answer) => redisOf(answer.json()) === 'up',
    );
    await instances.redis.stop();
    await waitFor(
      () => here.send('/readyz'),
      (answer) => redisOf(answer.json()) === 'down',
    );
    expect((await here.send('/readyz')).status).toBe(200);
    await here.upload('still accepted');
  });
});

function redisOf({ checks }: { checks: { redis: { status: string } } }): string {
  return checks.redis.status;
}
