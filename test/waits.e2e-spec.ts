import type { JobStatusDto } from '@app/jobs/jobs.dto';
import { JobWaiter } from '@app/jobs/live/job-waiter';
import { ManualClock } from '@app/platform/clock/manual.clock';
import { startApp, type TestApp } from './support/app';
import { Client, waitFor } from './support/client';
import { Gates } from './support/gates';
import { expectProblem } from './support/problem';
import { testProcessor } from './support/test-processors';

describe('Prefer: wait', () => {
  let service: TestApp;
  let client: Client;
  let gates: Gates;
  let clock: ManualClock;
  let close: () => Promise<void>;

  beforeEach(async () => {
    clock = new ManualClock();
    service = await startApp({ clock, processors: [testProcessor('gated')] });
    client = new Client(service.url);
    gates = new Gates(client, service.dataDir);
    close = () => {
      gates.releaseAll();
      return service.close();
    };
  });
  afterEach(() => close());

  const waiting = (count: number) => waitFor(() => service.app.get(JobWaiter).size === count);
  const ask = (jobId: string, prefer: string, headers: Record<string, string> = {}) =>
    client.send(`/jobs/${jobId}`, { headers: { prefer, ...headers } });

  it('holds the answer until the job has ended', async () => {
    const job = await gates.running();
    const answers = Array.from({ length: 20 }, () => ask(job.job_id, 'wait=30'));
    await waiting(20);
    const [settled] = await gates.open([job]);
    for (const answer of await Promise.all(answers)) {
      expect(answer.json<JobStatusDto>()).toEqual(settled);
      expect(answer.headers.get('preference-applied')).toBe('wait=30');
      expect(answer.headers.get('etag')).toMatch(/^"\d+"$/);
    }
    await waiting(0);
  });

  it('answers at once when it has ended already', async () => {
    const { job_id } = await gates.ended('completed');
    const answer = await ask(job_id, 'wait=30');
    expect(answer.json<JobStatusDto>().status).toBe('completed');
    expect(answer.headers.get('preference-applied')).toBe('wait=30');
  });

  it.each([
    ['wait=5', 5_000, 'wait=5'],
    ['wait=3600', 60_000, 'wait=60'],
  ])('gives up after the time of %s', async (prefer, ms, applied) => {
    const job = await gates.running();
    let isAnswered = false;
    const asked = ask(job.job_id, prefer).finally(() => (isAnswered = true));
    await waiting(1);
    clock.advance(ms - 1);
    await client.job(job.job_id); // there was time for an answer
    expect([isAnswered, service.app.get(JobWaiter).size]).toEqual([false, 1]);
    clock.advance(1);
    const answer = await asked;
    expect([answer.status, answer.json<JobStatusDto>().status]).toEqual([200, 'processing']);
    expect(answer.headers.get('preference-applied')).toBe(applied);
    await waiting(0);
  });

  it.each([
    ['wait=0', 'wait=0'],
    ['respond-async', 'respond-async'],
    ['wait=soon', null],
    ['return=minimal', null],
  ])('answers at once with %s', async (prefer, applied) => {
    const { job_id } = await gates.running();
    const answer = await ask(job_id, prefer);
    expect(answer.json<JobStatusDto>().status).toBe('processing');
    expect(answer.headers.get('preference-applied')).toBe(applied);
  });

  it('ends with a cancel, and with a delete', async () => {
    const [one, other] = await gates.allThreads();
    const cancelled = ask(one.job_id, 'wait=30');
    const deleted = ask(other.job_id, 'wait=30');
    await waiting(2);
    await client.act(one.job_id, 'cancel');
    expect((await cancelled).json<JobStatusDto>().status).toBe('cancelled');
    await client.delete(other.job_id);
    expectProblem(await deleted, { status: 404, code: 'job_not_found' });
  });

  it('answers 304 when nothing has changed in the meantime', async () => {
    await gates.allThreads();
    const { job_id } = await gates.job(); // waits for a thread
    const etag = (await client.send(`/jobs/${job_id}`)).headers.get('etag')!;
    const asked = ask(job_id, 'wait=5', { 'if-none-match': etag });
    await waiting(1);
    clock.advance(5_000);
    expect((await asked).status).toBe(304);
  });

  it('forgets who went away', async () => {
    const job = await gates.running();
    const control = new AbortController();
    const asked = fetch(`${service.url}/jobs/${job.job_id}`, {
      headers: { prefer: 'wait=30' },
      signal: control.signal,
    });
    await waiting(1);
    control.abort();
    await expect(asked).rejects.toThrow('aborted');
    await waiting(0);
  });

  it('answers with what there is when the service ends', async () => {
    const job = await gates.running();
    const asked = ask(job.job_id, 'wait=30');
    await waiting(1);
    const closing = service.close();
    const answer = await asked;
    expect([answer.status, answer.json<JobStatusDto>().status]).toEqual([200, 'processing']);
    expect((await ask(job.job_id, 'wait=30')).status).toBe(200);
    gates.release(job);
    await closing;
    close = () => Promise.resolve();
  });

  it('does not find what is not there', async () => {
    const answer = await ask('019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5', 'wait=30');
    expectProblem(answer, { status: 404, code: 'job_not_found' });
    await waiting(0);
  });
});
