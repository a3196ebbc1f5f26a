import type { JobStatusDto } from '@app/jobs/jobs.dto';
import { ManualClock } from '@app/platform/clock/manual.clock';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp, type TestApp, type TestAppOptions } from '../support/app';
import { Backing } from '../support/backing';
import { Client, waitFor, type Answer } from '../support/client';
import { Gates } from '../support/gates';
import { testProcessor } from '../support/test-processors';
import { NOTHING, traces } from '../support/traces';

let dataDir: string;
let services: TestApp[];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'filemill-e2e-'));
  services = [];
});
afterEach(async () => {
  await Promise.all(services.map((service) => service.close()));
  rmSync(dataDir, { recursive: true });
});

/** A service on the data directory of the test; several may run at once, as after a crash or beside each other. */
async function start(options: TestAppOptions = {}) {
  const processors = ['gated', 'looping', 'exiting', 'flaky'].map((name) => testProcessor(name));
  const service = await startApp({ processors, ...options, dataDir });
  services.push(service);
  const client = new Client(service.url);
  return { service, client, gates: new Gates(client, dataDir) };
}

const open = (gate: string) => writeFileSync(gate, '');

describe('a service that is told to stop', () => {
  it('puts back what runs, without spending an attempt, and the next one completes it', async () => {
    const environment = { JOB_MAX_ATTEMPTS: '1', SHUTDOWN_GRACE_SECONDS: '0' };
    const first = await start({ environment });
    const [running, other] = await first.gates.allThreads();
    const waiting = await first.client.upload('x');
    await first.service.close();

    const second = await start({ environment });
    for (const { job_id } of [running, other])
      await second.client.jobWhen(job_id, ({ attempt }) => attempt === 2);
    for (const { gate } of [running, other]) open(gate);
    const jobs = await second.client.allSettled([running, other, waiting]);
    expect(jobs.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed']);
  });

  it('lets what runs finish within the grace', async () => {
    const { service, client, gates } = await start({ clock: new ManualClock() });
    const job = await gates.running();
    const closed = service.close();
    await waitFor(
      () => client.send('/readyz'),
      ({ status }) => status === 503,
    );
    open(job.gate);
    await closed;
    const second = await start();
    expect(await second.client.job(job.job_id)).toMatchObject({ status: 'completed', attempt: 1 });
  });
});

describe('a process that died', () => {
  /** What a process leaves that was killed while it ran a job for the `attempts`th time. */
  async function diedWhileRunning(attempts: number): Promise<string> {
    const { service, client, gates } = await start({ environment: { SHUTDOWN_GRACE_SECONDS: '0' } });
    const job = await gates.running();
    await service.close();
    services = [];
    await Backing.execute(
      dataDir,
      `update jobs set status = 'processing', started_at = 1;
       update tasks set attempt = ${attempts}, lease = '${hostname()}:999999999/x',
         due_at = ${Date.now() + 1_000_000}`,
    );
    open(job.gate);
    expect(client.url).toMatch(/^http/);
    return job.job_id;
  }

  it('has its job taken over at once by the next', async () => {
    const jobId = await diedWhileRunning(1);
    const { client } = await start();
    expect(await client.settled(jobId)).toMatchObject({ status: 'completed', attempt: 2 });
  });

  it('too often with the same job loses it: the job fails, others go on', async () => {
    const jobId = await diedWhileRunning(3);
    const { client } = await start();
    expect(await client.settled(jobId)).toMatchObject({
      status: 'failed',
      result: null,
      error: { code: 'processing_failed', attempts: 3 },
    });
    expect((await client.settled((await client.upload('x')).job_id)).status).toBe('completed');
    const retried = (await client.act(jobId, 'retry')).json<JobStatusDto>();
    expect((await client.settled(retried.job_id)).status).toBe('completed');
  });
});

describe('a job that is stopped through another service', () => {
  it.each(['cancel', 'delete'] as const)(
    'by %s has no late success, and its threads are freed',
    async (verb) => {
      const clock = new ManualClock(Date.now());
      const worker = await start({ clock });
      const [late, stuck] = await worker.gates.allThreads();
      const { client } = await start({ clock: new ManualClock(Date.now()) });
      const stop = (id: string): Promise<Answer> =>
        verb === 'cancel' ? client.act(id, 'cancel') : client.delete(id);
      for (const { job_id } of [late, stuck]) expect((await stop(job_id)).status).toBe(200);

      // One finishes before its worker hears of it: the outcome is refused.
      open(late.gate);
      const next = await worker.gates.job();
      open(next.gate);
      // The other would never end: its worker hears of it when it renews its lease.
      clock.advance(10_000);
      await client.settled(next.job_id);
      const last = await worker.client.upload('x');
      expect((await client.settled(last.job_id)).status).toBe('completed');
      for (const { job_id } of [late, stuck]) {
        const answer = await client.send(`/jobs/${job_id}`);
        if (verb === 'delete') expect(answer.status).toBe(404);
        else expect(answer.json()).toMatchObject({ status: 'cancelled', result: null, progress: 0 });
      }
    },
  );

  it('is not run twice at once by two services', async () => {
    const one = await start();
    const two = await start();
    const uploads = await Promise.all(
      Array.from({ length: 40 }, (_, index) => [one, two][index % 2].client.upload(`x${index}`)),
    );
    const jobs = await one.client.allSettled(uploads);
    expect(jobs.map(({ status, attempt }) => `${status} ${attempt}`)).toEqual(Array(40).fill('completed 1'));
  });
});

describe('owners in a hurry', () => {
  it('who cancel as jobs end see each job in one state, and agree with the answer they got', async () => {
    const { client } = await start();
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const { job_id } = await client.upload('x');
        const { status } = await client.act(job_id, 'cancel');
        const job = await client.settled(job_id);
        return { answered: status, ended: job.status, hasResult: job.result !== null };
      }),
    );
    for (const outcome of outcomes) {
      expect([
        { answered: 200, ended: 'cancelled', hasResult: false },
        { answered: 409, ended: 'completed', hasResult: true },
      ]).toContainEqual(outcome);
    }
  });

  it('who do everything at once leave no job that is stuck, and nothing behind', async () => {
    const { service, client } = await start();
    const verbs = ['cancel', 'retry', 'cancel', 'retry'] as const;
    await Promise.all(
      Array.from({ length: 15 }, async (_, index) => {
        const filename = ['x.txt', 'x.looping'][index % 2];
        const { job_id } = await client.upload('x', { filename });
        const answers = await Promise.all(verbs.map((verb) => client.act(job_id, verb)));
        for (const { status } of answers) expect([200, 409]).toContain(status);
      }),
    );
    for (const { job_id } of await client.jobs('?processor=looping')) await client.act(job_id, 'cancel');
    const jobs = await client.allSettled(await client.jobs('?limit=500'));
    for (const { status } of jobs) expect(['completed', 'cancelled']).toContain(status);
    expect(jobs).toHaveLength(15);
    await Promise.all(jobs.map(({ job_id }) => client.delete(job_id)));
    await waitFor(
      () => traces(service),
      ({ blobs, tasks }) => blobs.length + tasks === 0,
    );
    expect(await traces(service)).toEqual(NOTHING);
  });
});

describe('a processor that is not installed any more', () => {
  it('is named when its file is to be processed again', async () => {
    const first = await start();
    const { gate, file_id, job_id } = await first.gates.running();
    open(gate);
    await first.client.settled(job_id);
    await first.service.close();
    const { client } = await start({ processors: [] });
    const answer = await client.sendJson('/jobs', { file_id });
    expect(answer.status).toBe(422);
    expect(answer.json()).toMatchObject({
      code: 'processor_not_applicable',
      detail: "No installed processor takes 'a.gated'.",
    });
    expect((await client.job(job_id)).result).toEqual({ passed: true, processing_time: expect.any(Number) });
  });
});
