import { ManualClock } from '@app/platform/clock/manual.clock';
import { MailServer, type Verdict } from '../src/platform/mail/mail-server.harness';
import { newUser, register } from './support/accounts';
import { startApp, type TestApp, type TestAppOptions } from './support/app';
import { Client, waitFor } from './support/client';
import { Exposition } from './support/exposition';
import { Gates } from './support/gates';
import { expectProblem } from './support/problem';
import { testProcessor } from './support/test-processors';

const services: TestApp[] = [];
afterEach(() => Promise.all(services.splice(0).map((service) => service.close())));

async function start(options: TestAppOptions = {}) {
  const service = await startApp(options);
  services.push(service);
  const client = new Client(service.url);
  return { client, gates: new Gates(client, service.dataDir) };
}

async function scrape(client: Client): Promise<Exposition> {
  return new Exposition((await client.send('/metrics')).ok().text);
}

/** A request is counted when its connection has let go of it, which may be after the client has the answer. */
function scrapeWhen(client: Client, accept: (metrics: Exposition) => boolean): Promise<Exposition> {
  return waitFor(() => scrape(client), accept);
}

describe('/metrics', () => {
  it('counts requests by route, method and status, whatever their ids', async () => {
    const { client } = await start();
    const { job_id } = await client.upload('x');
    await client.settled(job_id);
    await client.send('/jobs/019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5');
    await client.send('/not/there');
    await client.send('/nor/this');
    const route = { route: '/jobs/{job_id}', method: 'GET' };
    const metrics = await scrapeWhen(
      client,
      (now) => now.value('filemill_http_requests_total', { route: 'none', status: '404' }) === 2,
    );

    const requests = (labels: object) => metrics.value('filemill_http_requests_total', { ...labels });
    expect(requests({ ...route, status: '200' })).toBeGreaterThan(0);
    expect(requests({ ...route, status: '404' })).toBe(1);
    expect(requests({ route: '/upload', method: 'POST', status: '200' })).toBe(1);
    expect(metrics.value('filemill_http_request_duration_seconds_count', route)).toBe(requests(route));
    expect(JSON.stringify(metrics.samples)).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-|\/not|\/nor/);
  });

  it('counts uploads, bytes, and jobs by processor and outcome', async () => {
    const { client } = await start({ processors: [testProcessor('rejecting')] });
    const good = await client.upload('four');
    const bad = await client.upload('x', { filename: 'a.rejecting' });
    await client.allSettled([good, bad]);
    const metrics = await scrapeWhen(client, (now) => now.value('filemill_jobs_total') === 2);

    expect(metrics.value('filemill_uploads_total')).toBe(2);
    expect(metrics.value('filemill_upload_bytes_total')).toBe(5);
    const completed = { processor: 'text', outcome: 'completed' };
    expect(metrics.value('filemill_jobs_total', completed)).toBe(1);
    expect(metrics.value('filemill_jobs_total', { processor: 'rejecting', outcome: 'failed' })).toBe(1);
    expect(metrics.value('filemill_job_wait_seconds_count', { processor: 'text' })).toBe(1);
    expect(metrics.value('filemill_job_processing_seconds_count', completed)).toBe(1);
    expect((await client.act(bad.job_id, 'retry')).status).toBe(200);
    const after = await scrapeWhen(client, (now) => now.value('filemill_jobs_total') === 3);
    expect(after.value('filemill_job_retries_total', { processor: 'rejecting' })).toBe(1);
  });

  it('shows the queue, its age, the threads and the requests under way', async () => {
    const clock = new ManualClock();
    const { client, gates } = await start({ clock, processors: [testProcessor('gated')] });
    const running = await gates.allThreads();
    const waiting = await gates.job();
    clock.advance(90_000);
    const metrics = await scrape(client);

    expect(metrics.value('filemill_tasks', { state: 'queued' })).toBe(1);
    expect(metrics.value('filemill_tasks', { state: 'running' })).toBe(2);
    expect(metrics.value('filemill_tasks', { state: 'dead' })).toBe(0);
    expect(metrics.value('filemill_task_oldest_due_age_seconds', { kind: 'process-job' })).toBe(90);
    expect(metrics.value('filemill_worker_threads_busy')).toBe(2);
    expect(metrics.value('filemill_worker_threads')).toBe(2);
    expect(metrics.value('filemill_worker_threads_max')).toBe(2);
    expect(metrics.value('filemill_http_requests_in_progress')).toBeGreaterThanOrEqual(1);
    expect(metrics.value('filemill_http_requests_in_progress_peak')).toBeGreaterThanOrEqual(1);
    await gates.open([...running, waiting]);
  });

  it('counts runs of tasks by kind and outcome, and what was given up', async () => {
    const mails = await new MailServer().listen();
    const verdicts: Verdict[] = [{ code: 451 }, undefined, { code: 550 }];
    mails.judges((step) => (step === 'recipient' ? verdicts.shift() : undefined));
    const clock = new ManualClock();
    const { client } = await start({
      clock,
      environment: { SMTP_URL: mails.url, MAIL_FROM: 'service@example.org' },
    });
    const runs = (metrics: Exposition, outcome: string) =>
      metrics.value('filemill_task_runs_total', { kind: 'send-mail', outcome });
    await register(client.url, 'ada');
    const retried = await scrapeWhen(client, (now) => runs(now, 'retried') === 1);
    expect(runs(retried, 'dead')).toBe(0);
    expect(retried.value('filemill_dead_letters', { kind: 'send-mail' })).toBe(0);
    clock.advance(60_000);
    await scrapeWhen(client, (now) => runs(now, 'completed') === 1);
    await register(client.url, 'eve');
    const dead = await scrapeWhen(client, (now) => runs(now, 'dead') === 1);
    expect(dead.value('filemill_dead_letters', { kind: 'send-mail' })).toBe(1);
    expect(dead.value('filemill_dead_letters')).toBe(1);
    await mails.close();
  });

  it('keeps to the naming conventions, and has what Node.js knows of the process', async () => {
    const { client } = await start();
    await client.settled((await client.upload('x')).job_id);
    const answer = await client.send('/metrics');
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const { families } = new Exposition(answer.text);
    for (const name of ['process_cpu_seconds_total', 'nodejs_eventloop_lag_p99_seconds'])
      expect(families.has(name)).toBe(true);
    const own = [...families].filter(([name]) => name.startsWith('filemill_'));
    expect(own.length).toBeGreaterThan(12);
    for (const [name, { type }] of own) {
      expect(name.endsWith('_total')).toBe(type === 'counter');
      expect(name).not.toMatch(/_(ms|milliseconds|minutes|kb|mb|percent)\b/);
      if (type === 'histogram') expect(name).toMatch(/_seconds$/);
    }
  });
});

describe('who may read /metrics', () => {
  const TOKEN = 'a-token-for-prometheus';
  const withBearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

  it.each([
    ['where credentials are required', { AUTH_REQUIRED: 'true' }],
    ['where other machines reach it', { HOST: '0.0.0.0', ALLOW_OPEN: 'true' }],
  ])('is nobody without METRICS_TOKEN %s', async (_, environment) => {
    const { client } = await start({ environment });
    expectProblem(await client.send('/metrics'), { status: 403, code: 'forbidden' });
    const admin = await start({ environment: { ...environment, ADMIN_EMAILS: 'root@example.org' } });
    const root = await newUser(admin.client.url, 'root', 'root@example.org');
    expectProblem(await root.send('/metrics'), { status: 403, code: 'forbidden' });
  });

  it('is who has METRICS_TOKEN', async () => {
    const { client } = await start({ environment: { AUTH_REQUIRED: 'true', METRICS_TOKEN: TOKEN } });
    const without = expectProblem(await client.send('/metrics'), { status: 401, code: 'not_authenticated' });
    expect(without.detail).toContain('METRICS_TOKEN');
    for (const wrong of [`${TOKEN}x`, 'x', TOKEN.toUpperCase()])
      expectProblem(await client.send('/metrics', withBearer(wrong)), { status: 401, code: 'invalid_token' });
    expect((await client.send('/metrics', withBearer(TOKEN))).status).toBe(200);
    expectProblem(await client.send('/jobs', withBearer(TOKEN)), { status: 401, code: 'invalid_token' });
  });
});
