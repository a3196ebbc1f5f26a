import { Database } from '@app/platform/database/database';
import { RemoteServer } from '../../src/platform/outbound/remote-server.harness';
import { startApp, type TestApp } from '../support/app';
import { Client, waitFor, type Answer } from '../support/client';
import { MULTIPART, multipartBody } from '../support/multipart-body';
import { expectProblem } from '../support/problem';
import { head, RawConnection } from '../support/raw-request';
import { NOTHING, stored, traces } from '../support/traces';
import { TusClient } from '../support/tus';

const QUOTA = 10_000;
const MiB = 1024 * 1024;
const { tasks: _, ...NOTHING_STORED } = NOTHING;

describe('the quota of an owner', () => {
  let service: TestApp;
  let client: Client;

  const start = async (environment: Record<string, string>) => {
    service = await startApp({ environment });
    client = new Client(service.url);
  };
  afterEach(() => service.close());

  const usage = async () => {
    const { committed } = service.app.get(Database);
    const row = await committed.selectFrom('owner_usage').select(['bytes', 'files']).executeTakeFirst();
    return row ?? { bytes: 0, files: 0 };
  };
  const truth = async () => {
    const files = await client.files('?limit=500');
    return { bytes: files.reduce((sum, { size_bytes }) => sum + size_bytes, 0), files: files.length };
  };
  const statuses = (answers: readonly Answer[]) => {
    const counts: Record<number, number> = {};
    for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  };
  const uploadFiles = (sizes: readonly number[]) => {
    const body = new FormData();
    for (const [index, size] of sizes.entries())
      body.append('files', new Blob(['x'.repeat(size)]), `${index}.txt`);
    return client.send('/upload/files', { method: 'POST', body });
  };

  it.each([
    ['bytes', { QUOTA_BYTES_PER_OWNER: `${QUOTA}` }, 1_000],
    ['files', { QUOTA_FILES_PER_OWNER: '10' }, 500],
  ])('of %s holds at the edge, however many come at once', async (_kind, environment, size) => {
    await start(environment);
    for (let count = 0; count < 5; count++) await client.upload('x'.repeat(size));
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.sendUpload('x'.repeat(size))));
    expect(statuses(answers)).toEqual({ 200: 5, 413: 15 });
    expect(await usage()).toEqual({ bytes: 10 * size, files: 10 });
    expect(await truth()).toEqual(await usage());
    expect((await stored(service)).blobs).toHaveLength(10);
  });

  it('of bytes takes what fits to the last byte, and says what there is', async () => {
    await start({ QUOTA_BYTES_PER_OWNER: `${QUOTA}` });
    await client.upload('x'.repeat(QUOTA));
    const problem = expectProblem(await client.sendUpload('x'), { status: 413, code: 'quota_exceeded' });
    expect(problem).toMatchObject({
      quota: { total_bytes: QUOTA, file_count: null },
      used: { total_bytes: QUOTA, file_count: 1 },
    });
    expect((await client.sendUpload('')).status).toBe(200);
  });

  it('refuses a file that is larger than all of it, and keeps nothing', async () => {
    await start({ QUOTA_BYTES_PER_OWNER: `${QUOTA}` });
    expectProblem(await client.sendUpload('x'.repeat(QUOTA + 1)), { status: 413, code: 'quota_exceeded' });
    expect(await traces(service)).toEqual(NOTHING);
    expect(await usage()).toEqual({ bytes: 0, files: 0 });
  });

  it('refuses by its length what cannot fit, before it is sent', async () => {
    await start({ QUOTA_BYTES_PER_OWNER: `${QUOTA}` });
    const connection = await RawConnection.open(service.url);
    await connection.write(
      head('POST', '/upload', { 'Content-Type': MULTIPART, 'Content-Length': `${2 * MiB}` }),
    );
    expectProblem(await connection.response(), { status: 413, code: 'quota_exceeded' });
    await connection.abort();
  });

  it('refuses by the number of files before one is sent', async () => {
    await start({ QUOTA_FILES_PER_OWNER: '1' });
    await client.upload('x');
    const length = multipartBody({ name: 'files', filename: 'a.txt', content: 'x' }).length;
    for (const path of ['/upload', '/upload/files']) {
      const connection = await RawConnection.open(service.url);
      await connection.write(
        head('POST', path, { 'Content-Type': MULTIPART, 'Content-Length': `${length}` }),
      );
      expectProblem(await connection.response(), { status: 413, code: 'quota_exceeded' });
      await connection.abort();
    }
  });

  it('refuses of a batch only what does not fit', async () => {
    await start({ QUOTA_BYTES_PER_OWNER: `${QUOTA}` });
    const answer = (await uploadFiles([6_000, 6_000, 4_000, 1])).ok();
    expect(answer.json()).toMatchObject({
      files_uploaded: 2,
      total_size_bytes: QUOTA,
      files: [{ filename: '0.txt' }, { filename: '2.txt' }],
      rejected: [
        { filename: '1.txt', problem: { code: 'quota_exceeded' } },
        { filename: '3.txt', problem: { code: 'quota_exceeded' } },
      ],
    });
    expect(await usage()).toEqual({ bytes: QUOTA, files: 2 });
    await waitFor(
      () => stored(service),
      ({ blobs }) => blobs.length === 2,
    );
  });

  it('refuses a batch of which nothing fits, and keeps nothing', async () => {
    await start({ QUOTA_BYTES_PER_OWNER: '10' });
    const problem = expectProblem(await uploadFiles([11, 12]), { status: 400, code: 'no_file_accepted' });
    expect(problem.rejected).toHaveLength(2);
    expect(await traces(service)).toEqual(NOTHING);
    expect(await usage()).toEqual({ bytes: 0, files: 0 });
  });

  it('is given back by deletion, once', async () => {
    await start({ QUOTA_BYTES_PER_OWNER: `${QUOTA}` });
    const { job_id, file_id } = await client.upload('x'.repeat(QUOTA));
    const again = await client.createJob(file_id);
    await client.delete(job_id);
    expect(await usage()).toEqual({ bytes: QUOTA, files: 1 });
    await Promise.all(Array.from({ length: 5 }, () => client.delete(again.job_id)));
    expect(await usage()).toEqual({ bytes: 0, files: 0 });
    await client.upload('y'.repeat(QUOTA));
    expect(await stored(service)).not.toEqual(NOTHING_STORED);
  });

  it('is not touched by an upload that fails for another reason', async () => {
    await start({ QUOTA_BYTES_PER_OWNER: `${QUOTA}` });
    const body = multipartBody(
      { name: 'file', filename: 'a.txt', content: 'x' },
      { name: 'nonsense', content: 'x' },
    );
    expect((await client.sendBytes('/upload', body, { 'content-type': MULTIPART })).status).toBe(422);
    expect((await client.sendUpload('x', { filename: 'a.exe' })).status).toBe(400);
    expect(await usage()).toEqual({ bytes: 0, files: 0 });
  });

  it('is asked before a resumable upload begins, and has the last word when it ends', async () => {
    await start({ QUOTA_BYTES_PER_OWNER: `${QUOTA}` });
    const tus = new TusClient(service.url);
    expectProblem(await tus.create(QUOTA + 1), { status: 413, code: 'quota_exceeded' });
    const [one, other] = [await tus.begin(6_000), await tus.begin(6_000)];
    expect((await tus.append(one, 0, 'x'.repeat(6_000))).status).toBe(204);
    expectProblem(await tus.append(other, 0, 'x'.repeat(6_000)), { status: 413, code: 'quota_exceeded' });
    expect((await tus.ask(other)).status).toBe(404);
    expect(await usage()).toEqual({ bytes: 6_000, files: 1 });
    expect((await stored(service)).blobs).toHaveLength(1);
  });

  describe('for a file that is fetched', () => {
    let remote: RemoteServer;
    beforeEach(async () => (remote = await new RemoteServer().listen()));
    afterEach(() => remote.close());

    const fetched = () =>
      client.sendJson('/upload/url', { url: remote.url('127.0.0.1', '/a.txt'), filename: 'a.txt' });

    it('makes the job fail when the bytes do not fit, and keeps none', async () => {
      remote.answers((_request, response) => response.end('x'.repeat(QUOTA)));
      await start({ QUOTA_BYTES_PER_OWNER: `${QUOTA}`, OUTBOUND_ALLOW: '127.0.0.1' });
      await client.upload('x');
      const { job_id } = (await fetched()).ok().json<{ job_id: string }>();
      expect((await client.settled(job_id)).error).toMatchObject({ code: 'quota_exceeded', status: 413 });
      expect(await usage()).toEqual({ bytes: 1, files: 2 });
      await waitFor(
        () => stored(service),
        ({ blobs }) => blobs.length === 1,
      );
      await client.delete(job_id);
      expect(await usage()).toEqual({ bytes: 1, files: 1 });
    });

    it('counts the file when it is announced, and its bytes when they are there', async () => {
      let finish = () => {};
      remote.answers((_request, response) => {
        finish = () => response.end('xyz');
      });
      await start({ QUOTA_FILES_PER_OWNER: '1', OUTBOUND_ALLOW: '127.0.0.1' });
      const { job_id } = (await fetched()).ok().json<{ job_id: string }>();
      expect(await usage()).toEqual({ bytes: 0, files: 1 });
      expectProblem(await fetched(), { status: 413, code: 'quota_exceeded' });
      await waitFor(() => remote.requests.length > 0);
      finish();
      expect((await client.settled(job_id)).status).toBe('completed');
      expect(await usage()).toEqual({ bytes: 3, files: 1 });
    });
  });
});
