import { ManualClock } from '@app/platform/clock/manual.clock';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp, type TestApp } from '../support/app';
import { Client, waitFor } from '../support/client';
import { Gates } from '../support/gates';
import { MULTIPART } from '../support/multipart-body';
import { expectProblem } from '../support/problem';
import { head, RawConnection } from '../support/raw-request';
import { TusClient } from '../support/tus';
import { testProcessor } from '../support/test-processors';
import { stored } from '../support/traces';

const MAX_BACKLOG = 3;

describe('a full backlog', () => {
  const clock = new ManualClock(Date.now());
  let directory: string;
  let service: TestApp;
  let client: Client;
  let gates: Gates;
  let failedJob: string;
  let fileId: string;

  /** What was counted before is out of date. */
  const later = () => clock.advance(1_000);
  const capacity = async () => (await client.send('/capacity')).ok().json<Record<string, unknown>>();

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'filemill-gates-'));
    const environment = { MAX_BACKLOG: `${MAX_BACKLOG}` };
    service = await startApp({
      environment,
      clock,
      processors: [testProcessor('gated'), testProcessor('rejecting')],
    });
    client = new Client(service.url);
    gates = new Gates(client, directory);
    ({ job_id: failedJob, file_id: fileId } = await gates.ended('failed'));
    await gates.allThreads();
    for (let count = 0; count < MAX_BACKLOG; count++) {
      later();
      await gates.job();
    }
    later();
  });
  afterAll(async () => {
    gates.releaseAll();
    await service.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const form = () => {
    const body = new FormData();
    body.set('file', new Blob(['x']), 'a.txt');
    return body;
  };
  const DOORS: [string, () => Promise<Awaited<ReturnType<Client['send']>>>][] = [
    ['POST /upload', () => client.send('/upload', { method: 'POST', body: form() })],
    ['POST /upload/files', () => client.send('/upload/files', { method: 'POST', body: form() })],
    ['POST /upload/url', () => client.sendJson('/upload/url', { url: 'https://example.org/a.txt' })],
    ['POST /upload/resumable', () => new TusClient(service.url).create(1)],
    ['POST /jobs', () => client.sendJson('/jobs', { file_id: fileId })],
    ['POST /jobs/{job_id}/retry', () => client.act(failedJob, 'retry')],
  ];

  it.each(DOORS)('is told by %s, which stores nothing', async (_, knock) => {
    const before = await stored(service);
    const answer = await knock();
    const problem = expectProblem(answer, { status: 503, code: 'backlog_full' });
    expect(problem.max_backlog).toBe(MAX_BACKLOG);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await stored(service)).toEqual(before);
  });

  it('is told before the file is sent', async () => {
    const connection = await RawConnection.open(service.url);
    await connection.write(
      head('POST', '/upload', { 'Content-Type': MULTIPART, 'Content-Length': '5000000' }),
    );
    expect((await connection.response()).status).toBe(503);
    await connection.abort();
  });

  it('is shown to everyone', async () => {
    expect(await capacity()).toEqual({
      accepting: false,
      queued: MAX_BACKLOG,
      running: 2,
      max_backlog: MAX_BACKLOG,
    });
  });

  it('lets everything else through', async () => {
    expect((await client.job(failedJob)).status).toBe('failed');
    expect((await client.send(`/files/${fileId}`)).status).toBe(200);
    expect((await client.send('/readyz')).status).toBe(200);
  });

  it('is over as soon as less waits', async () => {
    gates.releaseAll();
    await waitFor(
      async () => {
        later();
        return capacity();
      },
      ({ accepting }) => accepting === true,
    );
    expect((await client.sendUpload('x')).status).toBe(200);
  });
});
