import { writeFileSync } from 'node:fs';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { ChildServer } from '../support/child-server';
import { eventually, within } from '../support/eventually';
import { ServiceClient } from '../support/service-client';
import { useDataDir } from './data-dir';
import { expectConsistent, expectNothingLost, expectWhole, RECOVERY } from './durability';
import { makeText } from '../support/known-text';
import { Ledger, sendConcurrently } from './ledger';
import { readStored } from './stored';

const PROCESSORS_HOOK = join(__dirname, 'hooks', 'processors.js');
const GRACE_SECONDS = 2;
/** From SIGTERM to the end of the process: the grace, and what a slow machine takes to close everything. */
const END_MS = GRACE_SECONDS * 1000 + 30_000;
const CLEAN_EXIT = { code: 0, signal: null };

describe('SIGTERM', () => {
  const dataDir = useDataDir();
  const releaseFile = () => join(dataDir.path, 'release');
  const start = (environment: Readonly<Record<string, string>> = {}) =>
    ChildServer.start({
      dataDir: dataDir.path,
      hooks: [PROCESSORS_HOOK],
      environment: {
        ...RECOVERY,
        SHUTDOWN_GRACE_SECONDS: String(GRACE_SECONDS),
        JOB_MAX_ATTEMPTS: '1', // a job that is stopped may not have spent it
        RELEASE_FILE: releaseFile(),
        ...environment,
      },
    });
  const release = () => writeFileSync(releaseFile(), '');

  /** Uploads files whose jobs run until they are released; resolves when as many run as can. */
  async function holdJobs(client: ServiceClient, count: number): Promise<void> {
    for (let i = 1; i <= count; i++) {
      expect((await client.upload(`job-${i}.held`, Buffer.from('held'))).status).toBe(200);
    }
    await eventually('two jobs run', async () => {
      const jobs = await client.jobs();
      return jobs.filter(({ status }) => status === 'processing').length === 2;
    });
  }

  it('refuses uploads while it drains, lets running jobs finish, and ends with 0', async () => {
    const server = await start({ SHUTDOWN_GRACE_SECONDS: '20' });
    const client = new ServiceClient(server.url);
    const ledger = new Ledger();
    await holdJobs(client, 2);
    const load = sendConcurrently(ledger, client, {
      clients: 4,
      sizes: [300, 1_000_000, 20_000],
      until: () => ledger.statuses.includes(503) || server.hasExited,
    });
    await eventually('uploads are accepted', () => ledger.accepted.size > 5);

    const exited = server.terminate();
    await eventually('it is not ready', async () => (await client.status('/readyz')) === 503);
    await within('an upload is refused', load);
    expect(ledger.statuses).toEqual([200, 503]);
    const refused = await client.upload('late.txt', Buffer.from('late'));
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: 'shutting_down' });
    expect(await client.status('/livez')).toBe(200);
    release();

    expect(await within('it ends', exited, END_MS)).toEqual(CLEAN_EXIT);
    const held = readStored(dataDir.path).jobs.filter(({ result }) => result?.includes('released'));
    expect(held.map(({ status }) => status)).toEqual(['completed', 'completed']);
  });

  it('loses nothing of what it accepted under load', async () => {
    const server = await start();
    const ledger = new Ledger();
    const load = sendConcurrently(ledger, new ServiceClient(server.url), {
      clients: 6,
      sizes: [300, 3_000_000, 20_000],
      until: () => server.hasExited,
    });
    await eventually('uploads are accepted', () => ledger.accepted.size > 20);
    expect(await within('it ends', server.terminate(), END_MS)).toEqual(CLEAN_EXIT);
    await load;

    const next = await start();
    await expectNothingLost(next, ledger);
    expect(await next.terminate()).toEqual(CLEAN_EXIT);
    expectConsistent(readStored(dataDir.path), ledger);
  });

  it('puts back jobs that do not finish in time, without spending an attempt', async () => {
    for (const jobs of [3, 0]) {
      const server = await start({ SHUTDOWN_GRACE_SECONDS: '1' });
      await holdJobs(new ServiceClient(server.url), jobs);
      expect(await within('it ends', server.terminate(), END_MS)).toEqual(CLEAN_EXIT);
      const { tasks, jobs: rows } = readStored(dataDir.path);
      expect(rows.map(({ status }) => status)).toEqual(['pending', 'pending', 'pending']);
      expect(tasks).toHaveLength(3);
      for (const task of tasks) expect(task).toMatchObject({ attempt: 0, lease: null });
    }
    release();
    const jobs = await new ServiceClient((await start()).url).settledJobs();
    expect(jobs).toHaveLength(3);
    for (const job of jobs) expect(job).toMatchObject({ status: 'completed', result: { released: true } });
  });

  describe('while an upload is under way', () => {
    const text = makeText('slow.txt', 200_000);

    it('takes the rest of it', async () => {
      const server = await start();
      const client = new ServiceClient(server.url);
      const upload = await beginUpload(client, text.content);
      const exited = server.terminate();
      await eventually('it takes no more', () =>
        client.status('/readyz').then(
          (status) => status === 503,
          () => true,
        ),
      );
      upload.sendRest();
      expect((await upload.answered).statusCode).toBe(200);
      expect(await within('it ends', exited, END_MS)).toEqual(CLEAN_EXIT);

      const next = await start();
      const [job] = await new ServiceClient(next.url).settledJobs();
      expect(job).toMatchObject({ filename: text.name, status: 'completed', result: text.counts });
    });

    it('does not wait for a client that sends no more', async () => {
      const server = await start();
      const upload = await beginUpload(new ServiceClient(server.url), text.content);
      expect(await within('it ends', server.terminate(), END_MS)).toEqual(CLEAN_EXIT);
      await expect(upload.answered).rejects.toThrow(/hang up|reset/);
      const next = await start();
      await expectWhole(dataDir.path, new Ledger());
      expect(await new ServiceClient(next.url).jobs()).toEqual([]);
    });
  });

  it('does not wait for clients that keep asking on an open connection', async () => {
    const server = await start();
    const client = new ServiceClient(server.url);
    const asking = (async () => {
      while (!server.hasExited) await client.status('/livez').catch(() => {});
    })();
    await client.status('/livez');
    expect(await within('it ends', server.terminate(), END_MS)).toEqual(CLEAN_EXIT);
    await asking;
  });

  it('ends cleanly right after the start', async () => {
    const server = await start();
    expect(await within('it ends', server.terminate(), END_MS)).toEqual(CLEAN_EXIT);
  });
});

interface BegunUpload {
  sendRest(): void;
  readonly answered: Promise<IncomingMessage>;
}

/** Sends the first half of an upload, and waits until the service has begun to read it. */
async function beginUpload(client: ServiceClient, content: Buffer): Promise<BegunUpload> {
  const head =
    '--x\r\nContent-Disposition: form-data; name="file"; filename="slow.txt"\r\nContent-Type: text/plain\r\n\r\n';
  const body = Buffer.concat([Buffer.from(head), content, Buffer.from('\r\n--x--\r\n')]);
  const half = body.length >> 1;
  const upload: ClientRequest = request(`${client.url}/upload`, {
    method: 'POST',
    headers: {
      'Content-Type': 'multipart/form-data; boundary=x',
      'Content-Length': body.length,
      Expect: '100-continue',
    },
  });
  const answered = once(upload, 'response').then(([response]) => (response as IncomingMessage).resume());
  answered.catch(() => {}); // whoever waits for it sees it
  upload.flushHeaders();
  await once(upload, 'continue');
  upload.write(body.subarray(0, half));
  return { answered, sendRest: () => upload.end(body.subarray(half)) };
}
