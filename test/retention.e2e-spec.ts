import { DAY_MS, MINUTE_MS } from '@app/platform/clock/durations';
import { ManualClock } from '@app/platform/clock/manual.clock';
import { startApp, type TestApp } from './support/app';
import { Client, waitFor } from './support/client';
import { expectProblem } from './support/problem';
import { testProcessor } from './support/test-processors';
import { stored } from './support/traces';

describe('retention', () => {
  let clock: ManualClock;
  let service: TestApp;
  let client: Client;
  const start = async (environment: Record<string, string>) => {
    clock = new ManualClock();
    service = await startApp({ clock, environment, processors: [testProcessor('deriving')] });
    client = new Client(service.url);
  };
  afterEach(() => service.close());

  const expiry = async (fields: Record<string, string>): Promise<string | null> => {
    const upload = await client.upload('x', { fields });
    const { expires_at } = await client.job(upload.job_id);
    expect(upload.expires_at).toBe(expires_at);
    return expires_at;
  };
  const inMs = (ms: number) => new Date(clock.now() + ms).toISOString();

  it('keeps files for ever unless somebody says otherwise', async () => {
    await start({});
    expect(await expiry({})).toBeNull();
    expect(await expiry({ expires_in: '60' })).toBe(inMs(MINUTE_MS));
  });

  it('lets uploaders shorten what the operator allows, not extend it', async () => {
    await start({ RETENTION_DAYS: '2' });
    expect(await expiry({})).toBe(inMs(2 * DAY_MS));
    expect(await expiry({ expires_in: '3600' })).toBe(inMs(60 * MINUTE_MS));
    expect(await expiry({ expires_in: '999999' })).toBe(inMs(2 * DAY_MS));
  });

  it('deletes an original, its jobs and their artifacts when their time is over, and nothing else', async () => {
    await start({});
    const empty = await stored(service);
    const kept = await client.upload('kept');
    await client.settled(kept.job_id);
    const withKept = await stored(service);
    const fields = { expires_in: '3600' };
    const upload = await client.upload('stream', { filename: 'a.deriving', fields });
    await client.settled(upload.job_id);
    const again = await client.createJob(upload.file_id);
    expect((await client.settled(again.job_id)).expires_at).toBe(upload.expires_at);

    clock.advance(59 * MINUTE_MS);
    expect((await client.jobs()).length).toBe(3);
    clock.advance(2 * MINUTE_MS);
    await waitFor(
      () => client.jobs(),
      (jobs) => jobs.length === 1,
    );
    for (const path of [`/jobs/${upload.job_id}`, `/jobs/${again.job_id}`])
      expectProblem(await client.send(path), { status: 404, code: 'job_not_found' });
    expectProblem(await client.send(`/files/${upload.file_id}`), { status: 404, code: 'file_not_found' });
    await waitFor(
      () => stored(service),
      ({ blobs }) => blobs.length === withKept.blobs.length,
    );
    expect(withKept.blobs.length).toBeGreaterThan(empty.blobs.length);
    expect((await client.send(`/files/${kept.file_id}`)).text).toBe('kept');
  });

  it('catches up at the start with what expired while the service was down', async () => {
    await start({});
    const { job_id } = await client.upload('x', { fields: { expires_in: '1' } });
    await client.settled(job_id);
    await service.app.close();
    const later = new ManualClock(clock.now() + DAY_MS);
    const second = await startApp({ clock: later, dataDir: service.dataDir });
    const list = () => new Client(second.url).jobs();
    expect(await waitFor(list, (jobs) => jobs.length === 0)).toEqual([]);
    await second.close();
  });

  it.each(['0', '-1', '1.5', 'soon', '1e99'])('takes no expires_in of %s', async (expires_in) => {
    await start({});
    const answer = await client.sendUpload('x', { fields: { expires_in } });
    expectProblem(answer, { status: 422, code: 'validation_failed' });
    expect(await client.files()).toEqual([]);
  });

  it('deletes a job that runs when its time is over', async () => {
    await start({});
    const fields = { expires_in: '1' };
    const { job_id } = await client.upload('endless', { filename: 'a.deriving', fields });
    await client.running(job_id);
    clock.advance(MINUTE_MS);
    await waitFor(
      async () => (await client.send(`/jobs/${job_id}`)).status,
      (status) => status === 404,
    );
    const next = await client.upload('x');
    expect(await client.settled(next.job_id)).toMatchObject({ status: 'completed' });
  });
});
