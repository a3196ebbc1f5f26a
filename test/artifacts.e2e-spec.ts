import { Database } from '@app/platform/database/database';
import { OutcomeUnknown } from '@app/platform/database/database.errors';
import { BlobStore } from '@app/platform/storage/blob-store';
import { BlobSweeper } from '@app/platform/storage/blob.sweeper';
import { TaskQueue } from '@app/platform/tasks/task-queue';
import { startApp, type TestApp } from './support/app';
import { Client, waitFor } from './support/client';
import { expectProblem } from './support/problem';
import { testProcessor } from './support/test-processors';
import { traces } from './support/traces';

describe('artifacts', () => {
  let service: TestApp;
  let client: Client;
  beforeAll(async () => {
    service = await startApp({
      environment: { JOB_MAX_ATTEMPTS: '1' },
      processors: [testProcessor('deriving')],
    });
    client = new Client(service.url);
  });
  afterAll(() => service.close());

  const derive = (wish: string) => client.upload(wish, { filename: `${wish}.deriving` });
  /** What is stored for a job, and all that is unfinished. */
  const stored = async (jobId: string) => {
    const { blobs, unfinished } = await traces(service);
    return [...unfinished, ...blobs.filter((blob) => blob.includes(jobId))];
  };

  it('are listed in the job with where to get them, and streamed from there', async () => {
    const { artifacts, job_id } = await client.settled((await derive('stream')).job_id);
    const url = (name: string) => `/jobs/${job_id}/artifacts/${name}`;
    expect(artifacts).toEqual([
      { name: 'copy.txt', content_type: 'text/plain', size_bytes: 6, url: url('copy.txt') },
      { name: 'stream.txt', content_type: 'text/plain', size_bytes: 13, url: url('stream.txt') },
    ]);
    expect((await client.send(url('copy.txt'))).ok().text).toBe('stream');
    expect((await client.send(url('stream.txt'))).ok().text).toBe('one two three');
  });

  it('are downloads that no browser runs, with ranges and conditional requests', async () => {
    const { artifacts } = await client.settled((await derive('html')).job_id);
    const page = artifacts.find(({ name }) => name === 'page.html')!;
    const { headers, text } = (await client.send(page.url)).ok();
    expect(text).toBe('<script>alert(1)</script>');
    expect(headers.get('content-disposition')).toBe('attachment; filename="page.html"');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
    const part = await client.send(page.url, { headers: { range: 'bytes=1-6' } });
    expect([part.status, part.text]).toEqual([206, 'script']);
    const same = await client.send(page.url, { headers: { 'if-none-match': headers.get('etag')! } });
    expect([same.status, same.text]).toEqual([304, '']);
  });

  it('are kept when nobody can tell whether the job has them', async () => {
    const database = service.app.get(Database);
    const transaction = database.transaction.bind(database);
    const completed = () =>
      database.committed
        .selectFrom('jobs')
        .select('job_id')
        .where('filename', '=', 'stream.deriving')
        .where('status', '=', 'completed')
        .execute();
    const before = (await completed()).length;
    database.transaction = async (work, options) => {
      const value = await transaction(work, options);
      if ((await completed()).length === before) return value;
      database.transaction = transaction;
      throw new OutcomeUnknown(new Error('The connection broke.'));
    };
    const { artifacts } = await client.settled((await derive('stream')).job_id);
    await waitFor(() => database.transaction === transaction);
    await waitFor(
      () => service.app.get(TaskQueue).counts(),
      ({ queued, running }) => queued + running === 0,
    );
    expect((await client.send(artifacts[0].url)).ok().text).toBe('stream');
  });

  it('are waited for when the processor does not', async () => {
    const { artifacts } = await client.settled((await derive('hasty')).job_id);
    expect((await client.send(artifacts[1].url)).ok().text).toBe('never awaited');
  });

  it('may be empty', async () => {
    const { artifacts } = await client.settled((await derive('empty')).job_id);
    expect(artifacts[1]).toMatchObject({ name: 'empty.bin', size_bytes: 0 });
    expect((await client.send(artifacts[1].url)).ok().bytes).toHaveLength(0);
  });

  it('go with their job', async () => {
    const { job_id, artifacts } = await client.settled((await derive('stream')).job_id);
    expect(await stored(job_id)).toHaveLength(2);
    (await client.delete(job_id)).ok();
    await waitFor(async () => (await stored(job_id)).length === 0);
    const gone = await client.send(artifacts[0].url);
    expectProblem(gone, { status: 404, code: 'job_not_found' });
  });

  it.each(['nope.txt', 'COPY.TXT', '..%2fcopy.txt', '%00'])(
    'that do not exist are not found: %s',
    async (name) => {
      const { job_id } = await client.settled((await derive('stream')).job_id);
      const answer = await client.send(`/jobs/${job_id}/artifacts/${name}`);
      expectProblem(answer, { status: 404, code: 'artifact_not_found' });
    },
  );

  it.each(['twice', 'outside', 'throw'])('of a run that fails are not kept: %s', async (wish) => {
    const job = await client.settled((await derive(wish)).job_id);
    expect(job).toMatchObject({ status: 'failed', artifacts: [], error: { code: 'processing_failed' } });
    await waitFor(async () => (await stored(job.job_id)).length === 0);
  });

  it('of a run that is cancelled half-way are not kept', async () => {
    const { job_id } = await derive('endless');
    await waitFor(async () => (await traces(service)).unfinished.length > 0);
    (await client.act(job_id, 'cancel')).ok();
    await waitFor(async () => (await stored(job_id)).length === 0);
    expect((await client.job(job_id)).artifacts).toEqual([]);
  });
});

describe('artifacts whose job died half-way', () => {
  it('are swept, and those of a completed job stay', async () => {
    const first = await startApp({ processors: [testProcessor('deriving')] });
    const client = new Client(first.url);
    const kept = await client.settled((await client.upload('stream', { filename: 'a.deriving' })).job_id);
    const orphan = `artifacts/0000000/${kept.job_id}-9-lost.txt`;
    await first.app.get(BlobStore).put(
      orphan,
      (async function* () {
        yield Buffer.from('nobody named me');
      })(),
    );
    const settings = { SWEEP_GRACE_SECONDS: '0' };
    const second = await startApp({
      environment: settings,
      dataDir: first.dataDir,
      processors: [testProcessor('deriving')],
    });
    await waitFor(async () => (await second.app.get(BlobSweeper).sweep()).orphans === 0);
    await expect(second.app.get(BlobStore).size(orphan)).rejects.toThrow('missing');
    expect((await new Client(second.url).send(kept.artifacts[1].url)).ok().text).toBe('one two three');
    await second.close();
    await first.close();
  });
});
