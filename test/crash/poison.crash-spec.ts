import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChildServer, type Exit } from '../support/child-server';
import { eventually, within } from '../support/eventually';
import { ServiceClient, type JobStatus } from '../support/service-client';
import { useDataDir } from './data-dir';
import { RECOVERY } from './durability';
import { makeText } from '../support/known-text';
import { readStored } from './stored';

const PROCESSORS_HOOK = join(__dirname, 'hooks', 'processors.js');
const JOB_MAX_ATTEMPTS = 3;
const SETTINGS = { ...RECOVERY, JOB_MAX_ATTEMPTS: String(JOB_MAX_ATTEMPTS) };
const options = { hooks: [PROCESSORS_HOOK] };
const KILLED: Exit = { code: null, signal: 'SIGKILL' };

const byFileName = (jobs: readonly JobStatus[]) => new Map(jobs.map((job) => [job.filename, job]));

describe('a processor at its worst', () => {
  const dataDir = useDataDir();
  const start = (environment: Readonly<Record<string, string>> = {}) =>
    ChildServer.start({ ...options, dataDir: dataDir.path, environment: { ...SETTINGS, ...environment } });

  /** Starts a server that a job kills; resolves when it has. */
  async function startDoomed(environment: Readonly<Record<string, string>>): Promise<void> {
    const server = ChildServer.spawn({
      ...options,
      dataDir: dataDir.path,
      environment: { ...SETTINGS, ...environment },
    });
    expect(await within('the job kills the server', server.exited)).toEqual(KILLED);
  }

  /** The process may be dead before it has answered; the job is there all the same. */
  const uploadPoison = (client: ServiceClient) =>
    client.upload('a.poison', Buffer.from('poison')).catch(() => {});

  it('that kills the process fails its job after JOB_MAX_ATTEMPTS, and the others go on', async () => {
    const texts = Array.from({ length: 6 }, (_, i) => makeText(`text-${i}.txt`, 3_000));
    const oneByOne = { PROCESSING_CONCURRENCY: '1' };
    const first = await start(oneByOne);
    const client = new ServiceClient(first.url);
    for (const { name, content } of texts.slice(0, 3)) await client.upload(name, content);
    await uploadPoison(client);
    expect(await within('the first run kills', first.exited)).toEqual(KILLED);
    for (let run = 2; run <= JOB_MAX_ATTEMPTS; run++) await startDoomed(oneByOne);

    const last = await start();
    const survivor = new ServiceClient(last.url);
    for (const { name, content } of texts.slice(3)) await survivor.upload(name, content);
    const jobs = byFileName(await survivor.settledJobs());
    expect(jobs.get('a.poison')).toMatchObject({ status: 'failed', error: { code: 'processing_failed' } });
    expect(jobs.size).toBe(texts.length + 1);
    for (const { name, counts } of texts) {
      expect(jobs.get(name)).toMatchObject({ status: 'completed', result: counts });
    }
    expect(await last.terminate()).toEqual({ code: 0, signal: null });
    const letters = readStored(dataDir.path).tasks;
    expect(letters).toMatchObject([{ attempt: JOB_MAX_ATTEMPTS + 1, due_at: null }]); // the dead letter
  });

  it('that kills the process does not take with it, run by run, what runs beside it', async () => {
    const first = await start();
    const client = new ServiceClient(first.url);
    await client.upload('beside.slow', Buffer.from('slow'));
    await eventually('it runs', async () => (await client.jobs())[0].status === 'processing');
    await uploadPoison(client);
    expect(await within('the first run kills', first.exited)).toEqual(KILLED);
    for (let run = 2; run <= JOB_MAX_ATTEMPTS; run++) await startDoomed({});

    const jobs = byFileName(await new ServiceClient((await start()).url).settledJobs());
    expect(jobs.get('a.poison')).toMatchObject({ status: 'failed' });
    expect(jobs.get('beside.slow')).toMatchObject({ status: 'completed', result: { slow: true } });
  });

  it('that throws after its end hurts nobody', async () => {
    const server = await start();
    const client = new ServiceClient(server.url);
    for (let i = 0; i < 4; i++) await client.upload(`${i}.stray`, Buffer.from('stray'));
    await client.settledJobs();
    const text = makeText('after.txt', 3_000_000);
    expect((await client.upload(text.name, text.content)).status).toBe(200);
    const jobs = await client.settledJobs();
    expect(jobs.find(({ filename }) => filename === text.name)).toMatchObject({
      status: 'completed',
      result: text.counts,
    });
    expect(await server.terminate()).toEqual({ code: 0, signal: null });
  });

  it('whose thread cannot start waits for one that can', async () => {
    const [broken, released] = [join(dataDir.path, 'broken'), join(dataDir.path, 'released')];
    const server = await start({ BROKEN_THREADS_FILE: broken, RELEASE_FILE: released });
    const client = new ServiceClient(server.url);
    await client.upload('first.held', Buffer.from('held')); // has the thread that is there from the start
    await eventually('it runs', async () => (await client.jobs())[0].status === 'processing');
    writeFileSync(broken, '');
    await client.upload('second.held', Buffer.from('held'));
    await eventually('no thread could start for it', () => server.output.includes('No thread can start.'));
    writeFileSync(released, '');
    const jobs = await client.settledJobs();
    expect(jobs.map(({ status }) => status)).toEqual(['completed', 'completed']);
    expect(await server.terminate()).toEqual({ code: 0, signal: null });
  });
});
