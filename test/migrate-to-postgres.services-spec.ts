import BetterSqlite from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPostgres, dropPostgres, postgresOfTests } from '../src/platform/database/databases.harness';
import { keyOf, login, newUser, withToken } from './support/accounts';
import { startApp, type TestApp } from './support/app';
import { Client } from './support/client';
import { EventReader } from './support/event-reader';
import { eventually } from './support/eventually';
import { runProgram } from './support/program';

const JWT_SECRET = 'kept from one database to the next';

describe('dist/migrate-to-postgres.js', () => {
  let dataDir: string;
  let database: string;
  let app: TestApp;

  const start = async (environment: Record<string, string> = {}) => {
    const onSqlite = { DATABASE_URL: '', JWT_SECRET }; // whatever TEST_DATABASE_URL says
    app = await startApp({ dataDir, environment: { ...onSqlite, ...environment } });
    return app;
  };
  const run = () => runProgram('migrate-to-postgres', { DATA_DIR: dataDir, DATABASE_URL: database });

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'filemill-migrate-'));
    database = await createPostgres(postgresOfTests()!);
    await start();
  });
  afterEach(async () => {
    await app.close();
    await dropPostgres(database);
    rmSync(dataDir, { recursive: true });
  });

  it('has the service go on as it was, for everybody', async () => {
    const ada = await newUser(app.url, 'ada');
    const machine = await keyOf(ada);
    const uploads = [];
    for (const [content, filename] of [
      ['one two\n', 'plain.txt'],
      [new Uint8Array([0x61, 0xff]), 'broken.txt'],
      ['naïve\u2028 😀\n', 'über "alles".txt'],
    ] as const)
      uploads.push(await ada.upload(content, { filename, fields: { tags: 'a,b', category: 'c' } }));
    await ada.allSettled(uploads);
    const anonymous = await new Client(app.url).upload('nobody\n');
    await new Client(app.url).settled(anonymous.job_id);
    await machine.send('/users/me'); // that it was used is noted now, not while what is seen is compared
    await eventually(
      'its use is noted',
      async () => !(await ada.send('/api-keys')).text.includes('"last_used_at":null'),
    );
    const before = await whatIsSeen(ada);
    expect(before.jobs.map(({ status }) => status)).toEqual(['completed', 'failed', 'completed']);
    await app.close();

    const { code, output } = await run();
    expect([code, output]).toEqual([0, expect.stringMatching(/^ +4 {2}jobs$/m)]);

    await start({ DATABASE_URL: database });
    const again = withToken(app.url, (await login(app.url, 'ada')).access_token);
    expect(await whatIsSeen(again)).toEqual(before);
    expect(await whatIsSeen(new Client(app.url, machine.headers))).toEqual(before);
    expect((await again.send(`/files/${uploads[2].file_id}`)).text).toBe('naïve\u2028 😀\n');
    expect(await new Client(app.url).jobs()).toMatchObject([{ job_id: anonymous.job_id }]);
    expect((await again.send('/stats')).ok().json()).toMatchObject({ jobs: { total: 3 } });
  });

  it('numbers what happens from where it was', async () => {
    const client = new Client(app.url);
    const first = await client.upload('one\n');
    await client.settled(first.job_id);
    const lastEventId = await lastEventOf(app, first.job_id);
    await app.close();
    expect(await run()).toMatchObject({ code: 0 });

    await start({ DATABASE_URL: database });
    const reader = await EventReader.open(`${app.url}/jobs/events`, { lastEventId });
    const { job_id } = await new Client(app.url).upload('two\n');
    const { id } = await reader.until(({ event }) => event === 'job.completed');
    await reader.close();
    expect(reader.transitions.map(({ data }) => data.job_id)).toEqual([job_id, job_id, job_id]);
    expect(Number(id)).toBeGreaterThan(Number(lastEventId));
  });

  it('refuses a service that runs, and a database that is used', async () => {
    const running = await run();
    expect([running.code, running.output]).toEqual([
      1,
      expect.stringMatching(/is in use: stop the service first/),
    ]);
    await app.close();
    expect(await run()).toMatchObject({ code: 0 });
    await start({ DATABASE_URL: database });
    const { job_id } = await new Client(app.url).upload('new\n');
    const used = await run();
    expect([used.code, used.output]).toEqual([
      1,
      expect.stringMatching(/has rows already: nothing was copied/),
    ]);
    expect(await new Client(app.url).settled(job_id)).toMatchObject({ status: 'completed' });
  });

  it('copies all or nothing, and can be run again', async () => {
    const client = new Client(app.url);
    await client.upload('first\n');
    const { job_id } = await client.upload('second\n');
    await app.close();
    const rename = (name: string) => {
      const source = new BetterSqlite(join(dataDir, 'filemill.sqlite'));
      source.prepare('update jobs set filename = ? where job_id = ?').run(name, job_id);
      source.close();
    };
    rename('which PostgreSQL\0cannot hold');
    const failed = await run();
    expect([failed.code, failed.output]).toEqual([
      1,
      expect.stringMatching(/jobs cannot be copied: .*Nothing was copied/),
    ]);
    rename('note.txt');
    expect(await run()).toMatchObject({ code: 0 });
    await start({ DATABASE_URL: database });
    expect(await new Client(app.url).jobs()).toHaveLength(2);
  });

  it('says so when there is nothing to copy', async () => {
    const { code, output } = await runProgram('migrate-to-postgres', {
      DATA_DIR: join(dataDir, 'nowhere'),
      DATABASE_URL: database,
    });
    expect([code, output]).toEqual([1, expect.stringMatching(/^There is no .*: set DATA_DIR/)]);
  });
});

/** Everything that a caller is shown of what is theirs. */
async function whatIsSeen(client: Client) {
  const lists = ['/users/me', '/api-keys', '/webhooks'];
  const shown = await Promise.all(lists.map(async (path) => (await client.send(path)).text));
  return {
    jobs: await client.jobs(),
    files: await client.files(),
    filtered: await client.jobs('?tag=a'),
    shown,
  };
}

async function lastEventOf({ url }: TestApp, jobId: string): Promise<string> {
  const reader = await EventReader.open(`${url}/jobs/${jobId}/events`, { lastEventId: '0' });
  const { id } = await reader.until(({ event }) => event === 'job.completed');
  await reader.close();
  return id!;
}
