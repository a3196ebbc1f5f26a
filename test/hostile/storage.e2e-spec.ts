import { Database } from '@app/platform/database/database';
import { sql } from 'kysely';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import fs, { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp, type TestApp } from '../support/app';
import { ChildServer } from '../support/child-server';
import { Client, waitFor } from '../support/client';
import { expectProblem } from '../support/problem';
import { head, RawConnection } from '../support/raw-request';
import { storedFiles } from '../support/stored-files';
import { NOTHING, openFiles, traces } from '../support/traces';

const MiB = 1024 * 1024;
const systemError = (code: string) => Object.assign(new Error(`${code}: /secret/path`), { code });

/** Where the system can fail under a write: the methods of an open file, and the opening itself. */
async function pointOfFailure(call: 'writev' | 'sync' | 'close' | 'open' | 'rename') {
  if (call === 'open' || call === 'rename') return fs as unknown as Record<string, () => Promise<unknown>>;
  const handle = await open('/dev/null');
  await handle.close();
  return Object.getPrototypeOf(handle) as Record<string, () => Promise<unknown>>;
}

describe('storage', () => {
  let service: TestApp;
  let client: Client;
  beforeEach(async () => {
    service = await startApp({ environment: { MAX_FILE_SIZE_BYTES: String(64 * MiB) } });
    client = new Client(service.url);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await service.close();
  });

  const expectRecovery = async () => {
    const { job_id, file_id } = await client.upload('the next one');
    expect((await client.settled(job_id)).status).toBe('completed');
    expect((await client.send(`/files/${file_id}`)).text).toBe('the next one');
  };

  it.each([
    ['the disk is full at a write', 'writev', 'ENOSPC', 507, 'storage_full'],
    ['the quota of the disk is used up', 'writev', 'EDQUOT', 507, 'storage_full'],
    ['the disk is full at fsync', 'sync', 'ENOSPC', 507, 'storage_full'],
    ['the disk fails at fsync', 'sync', 'EIO', 503, 'storage_unavailable'],
    ['the disk is full when the file gets its name', 'rename', 'ENOSPC', 507, 'storage_full'],
    ['the file system has become read-only', 'open', 'EROFS', 503, 'storage_unavailable'],
    ['there are no file descriptors left', 'open', 'EMFILE', 503, 'storage_unavailable'],
    ['the system has no file descriptors left', 'open', 'ENFILE', 503, 'storage_unavailable'],
  ] as const)('answers when %s, keeps nothing, and recovers', async (_, call, code, status, problem) => {
    await client.delete((await client.upload('warm up')).job_id);
    await waitFor(
      () => traces(service),
      ({ blobs, tasks }) => blobs.length + tasks === 0,
    );
    jest.spyOn(await pointOfFailure(call), call).mockRejectedValue(systemError(code));

    const answers = await Promise.all(Array.from({ length: 5 }, () => client.sendUpload('x'.repeat(5000))));
    for (const answer of answers) {
      expectProblem(answer, { status, code: problem, instance: '/upload' });
      expect(answer.text).not.toContain('secret');
      expect(answer.headers.get('retry-after')).toBe(status === 503 ? '5' : null);
    }
    jest.restoreAllMocks();
    expect(await traces(service)).toEqual(NOTHING);
    expect(openFiles(join(service.dataDir, 'files'))).toEqual([]);
    await expectRecovery();
  });

  it('answers when the database is full, keeps nothing, and recovers by itself', async () => {
    const database = service.app.get(Database);
    const limitPages = (pages: number) =>
      database.transaction((queries) => sql`pragma max_page_count = ${sql.lit(pages)}`.execute(queries));
    await limitPages(1); // as many as there are by now
    const description = 'x'.repeat(1000);
    const answers = [];
    for (let count = 0; count < 40; count++) {
      answers.push(await client.sendUpload('x', { fields: { description } }));
    }
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) expectProblem(answer, { status: 507, code: 'storage_full' });
    const { blobs, unfinished, files } = await traces(service);
    expect([blobs.length, unfinished.length]).toEqual([files, 0]);
    await limitPages(1_000_000);
    for (const job of await client.jobs('?limit=500'))
      expect((await client.settled(job.job_id)).status).toBe('completed');
    await expectRecovery();
  });

  it.each([
    ['is gone', (unfinished: string) => renameSync(unfinished, `${unfinished}-away`)],
    [
      'is no directory any more',
      (unfinished: string) => {
        renameSync(join(unfinished, '..'), join(unfinished, '..', '..', 'away'));
        writeFileSync(join(unfinished, '..'), '');
      },
    ],
  ])('lives but is not ready while its place for unfinished files %s', async (_, damage) => {
    const files = join(service.dataDir, 'files');
    damage(join(files, 'unfinished'));
    const answer = await client.send('/readyz');
    const problem = expectProblem(answer, { status: 503, code: 'not_ready', instance: '/readyz' });
    expect(problem.checks).toMatchObject({
      database: { status: 'up' },
      storage: { status: 'down', message: expect.any(String) },
      mail: { transport: 'outbox', status: 'up' },
    });
    expect(answer.headers.get('retry-after')).toBe('5');
    expect((await client.send('/livez')).status).toBe(200);
    const upload = await client.sendUpload('x');
    expectProblem(upload, { status: 503, code: 'storage_unavailable' });
    rmSync(files, { recursive: true });
  });

  it('never ends a download well when the blob shrinks while it is sent', async () => {
    const size = 24 * MiB;
    const { file_id, job_id } = await client.upload(Buffer.alloc(size, 'x'));
    await client.settled(job_id); // its run has the file open, too
    const connection = await RawConnection.open(service.url);
    connection.socket.pause();
    await connection.write(head('GET', `/files/${file_id}`));
    const [key] = await storedFiles(service).blobs();
    const blob = join(service.dataDir, 'files', 'blobs', key);
    await waitFor(() => openFiles(blob).length > 0);
    truncateSync(blob, size - 1);
    connection.socket.resume();
    const received = await connection.everything();
    expect(received.toString('latin1', 0, 15)).toBe('HTTP/1.1 200 OK');
    expect(received.length).toBeLessThan(size);
  });

  it('answers when its directories are gone, and makes them again where it may', async () => {
    await client.upload('x');
    rmSync(join(service.dataDir, 'files', 'blobs', 'originals'), { recursive: true });
    const answer = await client.sendUpload('x');
    expectProblem(answer, { status: 503, code: 'storage_unavailable' });
    await expectRecovery();
  });

  it('answers 503 while the places of the bytes are gone altogether, and recovers', async () => {
    rmSync(join(service.dataDir, 'files'), { recursive: true });
    expectProblem(await client.sendUpload('x'), { status: 503, code: 'storage_unavailable' });
    for (const place of ['blobs', 'unfinished'])
      mkdirSync(join(service.dataDir, 'files', place), { recursive: true });
    await expectRecovery();
  });
});

describe('the directory of the data', () => {
  it('holds nothing that other accounts of the machine may read', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'filemill-e2e-'));
    try {
      const server = await ChildServer.start({ dataDir });
      const client = new Client(server.url);
      await client.settled((await client.upload('x')).job_id);
      const entries = readdirSync(dataDir, { recursive: true, encoding: 'utf8' });
      expect(entries).toContain('filemill.sqlite-wal');
      expect(entries.filter((entry) => statSync(join(dataDir, entry)).mode & 0o077)).toEqual([]);
    } finally {
      await ChildServer.killAll();
      rmSync(dataDir, { recursive: true });
    }
  });
});

describe('the database at start', () => {
  let dataDir: string;
  beforeEach(() => (dataDir = mkdtempSync(join(tmpdir(), 'filemill-e2e-'))));
  afterEach(() => rmSync(dataDir, { recursive: true }));

  it.each([
    [
      'no database at all',
      Buffer.from('this is no database, but long enough to be taken for one'.repeat(100)),
    ],
    ['a damaged one', Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(8000, 0xff)])],
  ])('that is %s stops the start, says so, and is left as it is', async (_, bytes) => {
    const file = join(dataDir, 'filemill.sqlite');
    writeFileSync(file, bytes);
    await expect(startApp({ dataDir })).rejects.toThrow(`The database ${file} cannot be used`);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it('is brought up to date by one of several processes that start at once', async () => {
    try {
      const servers = await Promise.all([1, 2, 3].map(() => ChildServer.start({ dataDir })));
      const clients = servers.map(({ url }) => new Client(url));
      const uploads = await Promise.all(clients.map((client) => client.upload('x')));
      const jobs = await clients[0].allSettled(uploads);
      expect(jobs.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed']);
      const exits = await Promise.all(servers.map((server) => server.terminate()));
      expect(exits.map(({ code }) => code)).toEqual([0, 0, 0]);
    } finally {
      await ChildServer.killAll();
    }
  });
});
