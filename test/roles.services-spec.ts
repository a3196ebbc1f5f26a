import { createPostgres, dropPostgres, postgresOfTests } from '../src/platform/database/databases.harness';
import { startApp, type TestApp } from './support/app';
import { Client, waitFor } from './support/client';
import { Exposition } from './support/exposition';
import { Gates } from './support/gates';
import { expectProblem } from './support/problem';
import { testProcessor } from './support/test-processors';

async function threadsOf({ url }: TestApp, name = 'filemill_worker_threads'): Promise<number> {
  const { text } = await new Client(url).send('/metrics');
  return new Exposition(text).value(name);
}

describe('roles', () => {
  let database: string;
  let api: TestApp;
  let dataDir: string;
  const workers: TestApp[] = [];
  let client: Client;

  const start = (ROLE: string, directory?: string) =>
    startApp({
      environment: { ROLE, DATABASE_URL: database, JWT_SECRET: 'the same secret in every process of them' },
      processors: [testProcessor('gated')],
      dataDir: directory,
    });
  const startWorker = async () => {
    const worker = await start('worker', dataDir);
    workers.push(worker);
    return worker;
  };

  beforeEach(async () => {
    database = await createPostgres(postgresOfTests()!);
    api = await start('api');
    ({ dataDir } = api);
    client = new Client(api.url);
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.close()));
    await api.close();
    await dropPostgres(database);
  });

  it('takes files in one process, and processes them in another', async () => {
    const upload = await client.upload('one two\n');
    expect(await threadsOf(api)).toBe(0);
    expect(await client.job(upload.job_id)).toMatchObject({ status: 'pending', attempt: 0 });

    const worker = await startWorker();
    const job = await client.settled(upload.job_id);
    expect(job).toMatchObject({ status: 'completed', result: { word_count: 2 } });
    expect(await threadsOf(worker)).toBeGreaterThan(0);
    expect(await threadsOf(api)).toBe(0);
  });

  it('tells of a worker only how it is, and shows no page', async () => {
    const worker = new Client((await startWorker()).url);
    for (const path of ['/livez', '/readyz', '/metrics']) expect((await worker.send(path)).status).toBe(200);
    for (const path of ['/', '/docs', '/jobs', '/livez/', '/nowhere']) {
      const answer = await worker.send(path);
      expectProblem(answer, { status: 404, code: 'route_not_found', instance: path });
    }
    expect((await worker.sendUpload('text')).status).toBe(404);
  });

  it('lists for each role what it needs', async () => {
    const worker = new Client((await startWorker()).url);
    const checks = async (of: Client) =>
      Object.keys((await of.send('/readyz')).json<{ checks: object }>().checks);
    expect(await checks(client)).toEqual(['database', 'storage']);
    expect(await checks(worker)).toEqual(['database', 'storage', 'mail']);
  });

  it('lets every worker have its share, each job once', async () => {
    const [first, second] = [await startWorker(), await startWorker()];
    const gates = new Gates(client, dataDir);
    const jobs = await Promise.all(Array.from({ length: 4 }, () => gates.job())); // two threads each
    for (const { job_id } of jobs) await client.running(job_id);
    const busy = (worker: TestApp) => threadsOf(worker, 'filemill_worker_threads_busy');
    await waitFor(
      async () => [await busy(first), await busy(second)],
      ([a, b]) => a === 2 && b === 2,
    );
    gates.releaseAll();
    const settled = await client.allSettled(jobs);
    expect(settled.map(({ status, attempt }) => [status, attempt])).toEqual(jobs.map(() => ['completed', 1]));
  });

  it('goes on without a worker that stops: what it had is done by another', async () => {
    const first = await start('worker', dataDir);
    const gates = new Gates(client, dataDir);
    const job = await gates.running();
    const closed = first.close();
    gates.releaseAll();
    await closed;
    expect(await client.settled(job.job_id)).toMatchObject({ status: 'completed' });
    const next = await client.upload('one\n');
    expect(await client.job(next.job_id)).toMatchObject({ status: 'pending' });
    await startWorker();
    expect(await client.settled(next.job_id)).toMatchObject({ status: 'completed' });
  });
});
