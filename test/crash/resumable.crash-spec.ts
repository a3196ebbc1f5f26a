import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ChildServer, type Exit } from '../support/child-server';
import { eventually, within } from '../support/eventually';
import { makeText } from '../support/known-text';
import { head, RawConnection } from '../support/raw-request';
import { ServiceClient } from '../support/service-client';
import { PIECE, TusClient } from '../support/tus';
import { useDataDir } from './data-dir';
import { RECOVERY } from './durability';
import { readStored } from './stored';

const HOOK = join(__dirname, 'hooks', 'crash-at.js');
const KILLED: Exit = { code: null, signal: 'SIGKILL' };
const MiB = 1024 * 1024;
const text = makeText('resumed', 8 * MiB);
const { content } = text;
const half = content.length >> 1;

/** A process that dies while it receives an upload in pieces, and while it makes a file of one. */
describe('a resumable upload', () => {
  const dataDir = useDataDir();
  const start = () => ChildServer.start({ dataDir: dataDir.path, hooks: [HOOK], environment: RECOVERY });

  /** Everything is there once, and as it was sent. */
  async function expectStoredOnce(server: ChildServer): Promise<void> {
    const client = new ServiceClient(server.url);
    await eventually('the job is there', async () => (await client.jobs()).length > 0);
    const jobs = await client.settledJobs();
    expect(jobs).toMatchObject([{ status: 'completed', result: text.counts }]);
    expect(await client.download(jobs[0].file_id)).toEqual({ status: 200, sha256: text.sha256 });
    expect(await server.terminate()).toEqual({ code: 0, signal: null });
    const { files, jobs: rows, blobs, unfinished, growing } = readStored(dataDir.path);
    expect([files.length, rows.length, unfinished, growing]).toEqual([1, 1, [], []]);
    expect([...blobs]).toEqual([[files[0].blob_key, text.sha256]]);
  }

  /** Sends one half, then the other to a server that dies at the point; resolves with the path of the upload. */
  async function dieAt(point: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
    const server = await start();
    const client = new TusClient(server.url);
    const path = await client.begin(content.length);
    await client.append(path, 0, content.subarray(0, half));
    await server.tell(point);
    await client.append(path, half, content.subarray(half), headers).catch(() => {});
    expect(await within(`the process dies at ${point}`, server.exited)).toEqual(KILLED);
    return path;
  }

  /** What a client does that comes back: it asks where to go on, and does. */
  async function goOn(server: ChildServer, path: string, least: number): Promise<string> {
    const client = new TusClient(server.url);
    const { headers } = await client.ask(path);
    const offset = Number(headers.get('upload-offset'));
    expect(offset).toBeGreaterThanOrEqual(least);
    if (offset === content.length) return headers.get('filemill-job-id')!;
    const last = await client.append(path, offset, content.subarray(offset));
    return last.headers.get('filemill-job-id')!;
  }

  it.each([
    ['before:grow-write:1', half],
    ['after:grow-write:1', half + 1],
    ['after:grow-write:3', half + 1],
    ['before:grow-sync:1', content.length],
    ['after:grow-sync:1', content.length],
  ])('whose process dies %s goes on where it broke', async (point, least) => {
    const path = await dieAt(point);
    const server = await start();
    expect(await goOn(server, path, least)).toMatch(/^[0-9a-f-]{36}$/);
    await expectStoredOnce(server);
  });

  it.each(['after:grow-write:1', 'after:grow-sync:1'])(
    'whose process dies %s keeps nothing of a piece whose checksum it could not verify',
    async (point) => {
      const digest = createHash('sha256').update(content.subarray(half)).digest('base64');
      const path = await dieAt(point, { 'upload-checksum': `sha256 ${digest}` });
      const server = await start();
      expect(await new TusClient(server.url).offset(path)).toBe(half);
      await goOn(server, path, half);
      await expectStoredOnce(server);
    },
  );

  const AFTER_THE_LAST_BYTE = [
    'before:rename:1',
    'after:rename:1',
    'before:accept:1',
    'before:upload-insert:1',
    'after:upload-insert:1',
    'before:upload-commit:1',
    'after:upload-commit:1',
    'before:answer:1',
  ];

  it.each(AFTER_THE_LAST_BYTE)(
    'whose process dies %s is finished once, and its client is told',
    async (point) => {
      const path = await dieAt(point);
      const server = await start();
      const jobId = await goOn(server, path, content.length);
      expect(await new ServiceClient(server.url).jobs()).toMatchObject([{ job_id: jobId }]);
      await expectStoredOnce(server);
    },
  );

  it.each(AFTER_THE_LAST_BYTE)(
    'whose process dies %s is finished though its client stays away',
    async (point) => {
      await dieAt(point);
      await expectStoredOnce(await start());
    },
  );

  it('keeps what came of a piece that SIGTERM cuts off', async () => {
    const environment = { SHUTDOWN_GRACE_SECONDS: '0' };
    const server = await ChildServer.start({ dataDir: dataDir.path, environment });
    const path = await new TusClient(server.url).begin(content.length);
    const connection = await RawConnection.open(server.url);
    const headers = { ...PIECE, 'Upload-Offset': '0', 'Content-Length': `${content.length}` };
    await connection.write(head('PATCH', path, headers));
    await connection.write(content.subarray(0, half));
    await eventually('the half is written', () => {
      const { growing } = readStored(dataDir.path);
      return growing.length === 1 && statSync(growing[0]).size === half;
    });
    expect(await server.terminate()).toEqual({ code: 0, signal: null });
    await connection.abort();
    const next = await start();
    await goOn(next, path, half);
    await expectStoredOnce(next);
  });
});
