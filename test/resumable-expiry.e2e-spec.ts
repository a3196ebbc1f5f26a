import { HOUR_MS } from '@app/platform/clock/durations';
import { ManualClock } from '@app/platform/clock/manual.clock';
import { BlobStore } from '@app/platform/storage/blob-store';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp, type TestApp } from './support/app';
import { waitFor } from './support/client';
import { expectProblem } from './support/problem';
import { NOTHING, traces } from './support/traces';
import { TusClient } from './support/tus';

const NEVER = { SWEEP_INTERVAL_SECONDS: '1000000' };

describe('an upload that nobody finishes', () => {
  let clock: ManualClock;
  let service: TestApp;
  let client: TusClient;
  const start = async (environment: Readonly<Record<string, string>> = {}) => {
    clock = new ManualClock(Math.floor(Date.now() / 1_000) * 1_000); // what stores bytes has a clock of its own
    service = await startApp({ clock, environment: { RESUMABLE_EXPIRY_HOURS: '5', ...environment } });
    client = new TusClient(service.url);
  };
  afterEach(() => service.close());

  const expiryOf = async (path: string) =>
    Date.parse((await client.ask(path)).headers.get('upload-expires')!);

  it('expires when nothing came for long, and each piece puts that off', async () => {
    await start(NEVER);
    const path = await client.begin(10);
    expect(await expiryOf(path)).toBe(clock.now() + 5 * HOUR_MS);
    clock.leap(4 * HOUR_MS);
    await client.append(path, 0, 'hello');
    expect(await expiryOf(path)).toBe(clock.now() + 5 * HOUR_MS);

    clock.advance(5 * HOUR_MS - 1);
    expect(await client.offset(path)).toBe(5);
    clock.advance(1);
    const expired = await client.append(path, 5, 'world');
    expectProblem(expired, { status: 410, code: 'resumable_upload_expired' });
    expect((await client.ask(path)).status).toBe(410);
    expect((await client.terminate(path)).status).toBe(204);
    expect(await traces(service)).toEqual(NOTHING);
  });

  it('is swept with its bytes; one that lives is not', async () => {
    await start();
    const [left, alive] = [await client.begin(10), await client.begin(10)];
    await client.append(left, 0, 'hello');
    clock.leap(3 * HOUR_MS);
    await client.append(alive, 0, 'hello');
    clock.leap(3 * HOUR_MS);
    await waitFor(
      () => traces(service), // and not by asking for the upload: one that a request has is left to the next round
      ({ growing }) => growing.length === 1,
    );
    expect((await client.ask(left)).status).toBe(404);
    expect((await client.append(alive, 5, 'world')).headers.get('filemill-job-id')).toBeTruthy();
  });

  it('is forgotten when it was finished, and its file stays', async () => {
    await start({ SWEEP_GRACE_SECONDS: '0' });
    const path = await client.begin(5);
    const jobId = (await client.append(path, 0, 'hello')).headers.get('filemill-job-id')!;
    const { file_id } = await client.settled(jobId);
    clock.leap(2 * HOUR_MS);
    expect((await client.ask(path)).headers.get('filemill-job-id')).toBe(jobId);
    clock.leap(30 * HOUR_MS);
    await waitFor(
      async () => (await client.ask(path)).status,
      (status) => status === 404,
    );
    expect((await client.send(`/files/${file_id}`)).text).toBe('hello');
  });

  it('leaves no bytes without a row', async () => {
    await start({ SWEEP_GRACE_SECONDS: '60' });
    const blobs = service.app.get(BlobStore);
    async function* bytes() {
      yield Buffer.from('left behind');
    }
    await blobs.grow('left-behind', 0, bytes());
    expect((await traces(service)).growing).toHaveLength(1);
    clock.leap(HOUR_MS + 60_000);
    await waitFor(
      () => traces(service),
      ({ growing }) => growing.length === 0,
    );
  });
});

describe('an upload over a restart', () => {
  let dataDir: string;
  let service: TestApp;
  let client: TusClient;
  const restart = async () => {
    await service?.close();
    service = await startApp({ dataDir });
    client = new TusClient(service.url);
  };
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'filemill-e2e-'));
    await restart();
  });
  afterEach(async () => {
    await service.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('goes on, and its file is right though no process has seen all of it', async () => {
    const path = await client.begin(10);
    await client.append(path, 0, 'hello');
    await restart();
    expect(await client.offset(path)).toBe(5);
    const last = await client.append(path, 5, 'world');
    const { file_id } = await client.settled(last.headers.get('filemill-job-id')!);
    const sha256 = '936a185caaa266bb9cbe981e9e05cb78cd732b0b3280eb944412bb6f8f8f07af';
    expect(await client.files()).toMatchObject([{ file_id, size_bytes: 10, sha256 }]);
    expect((await client.send(`/files/${file_id}`)).text).toBe('helloworld');
  });

  it('is refused at its end when its content is not what its name says', async () => {
    const path = await client.begin(10, { filename: 'a.jpg' });
    await client.append(path, 0, 'hello');
    await restart();
    expectProblem(await client.append(path, 5, 'world'), { status: 400, code: 'unsupported_file_type' });
    expect((await client.ask(path)).status).toBe(404);
    expect(await traces(service)).toEqual(NOTHING);
  });
});
