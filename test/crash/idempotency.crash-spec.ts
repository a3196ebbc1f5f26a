import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChildServer } from '../support/child-server';
import { ServiceClient } from '../support/service-client';
import { RECOVERY } from './durability';
import { readStored } from './stored';

const HOOK = join(__dirname, 'hooks', 'crash-at.js');

/** A client that lost its answer to a crash sends the same again, with the same key. */
describe('an upload with an Idempotency-Key', () => {
  let dataDir: string;
  beforeEach(() => (dataDir = mkdtempSync(join(tmpdir(), 'filemill-crash-'))));
  afterEach(async () => {
    await ChildServer.killAll();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const start = () => ChildServer.start({ dataDir, hooks: [HOOK], environment: RECOVERY });

  async function upload({ url }: ChildServer): Promise<Response> {
    const form = new FormData();
    form.set('file', new Blob(['sent twice']), 'once.txt');
    return fetch(`${url}/upload`, { method: 'POST', body: form, headers: { 'idempotency-key': 'the-key' } });
  }

  it.each([
    ['before:file-sync:1', false],
    ['after:rename:1', false],
    ['before:upload-insert:1', false],
    ['after:upload-insert:1', false],
    ['before:upload-commit:1', false],
    ['after:upload-commit:1', true],
    ['before:answer:1', true],
  ])('is one file and one job when the process dies %s', async (point, wasCommitted) => {
    const first = await start();
    await first.tell(point);
    await expect(upload(first)).rejects.toThrow();
    expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });

    const second = await start();
    const answer = await upload(second);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('idempotent-replayed')).toBe(wasCommitted ? 'true' : null);
    const { job_id } = (await answer.json()) as { job_id: string };
    const jobs = await new ServiceClient(second.url).settledJobs();
    expect(jobs).toMatchObject([{ job_id, status: 'completed' }]);
    expect(await second.terminate()).toEqual({ code: 0, signal: null });
    expect(readStored(dataDir).files).toHaveLength(1);
  });
});
