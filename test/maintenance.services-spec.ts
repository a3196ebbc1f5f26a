import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client as PostgresClient } from 'pg';
import { createPostgres, dropPostgres, postgresOfTests } from '../src/platform/database/databases.harness';
import { startApp, type TestApp } from './support/app';
import { Client } from './support/client';
import { readYaml } from './support/manifests';
import { runProgram } from './support/program';

let database: string;

beforeEach(async () => {
  database = await createPostgres(postgresOfTests()!);
});
afterEach(() => dropPostgres(database));

async function ask<T>(query: string): Promise<T[]> {
  const client = new PostgresClient({ connectionString: database });
  await client.connect();
  try {
    return (await client.query(query)).rows as T[];
  } finally {
    await client.end();
  }
}

describe('dist/migrate.js', () => {
  it('makes the tables, once, however many do so at the same time', async () => {
    const runs = await Promise.all([1, 2].map(() => runProgram('migrate', { DATABASE_URL: database })));
    const done = { code: 0, output: 'The tables are up to date.\n' };
    expect([...runs, await runProgram('migrate', { DATABASE_URL: database })]).toEqual([done, done, done]);
    const [{ count }] = await ask<{ count: string }>('select count(*) from jobs');
    expect(count).toBe('0');
  });

  it('fails, and says why, when there is no such database', async () => {
    const nowhere = 'postgres://nobody@127.0.0.1:1/none';
    const { code, output } = await runProgram('migrate', { DATABASE_URL: nowhere });
    expect(code).toBe(1);
    expect(output).toMatch(/^The database of DATABASE_URL cannot be used: .*See that PostgreSQL runs/);
  });
});

describe('dist/sweep.js', () => {
  let api: TestApp;
  let client: Client;

  beforeEach(async () => {
    const environment = {
      ROLE: 'api',
      DATABASE_URL: database,
      JWT_SECRET: 'the same in all the processes there are',
    };
    api = await startApp({ environment });
    client = new Client(api.url);
  });
  afterEach(() => api.close());

  it('removes what nobody owns, and nothing else, while no worker runs', async () => {
    const { file_id, job_id } = await client.upload('kept\n');
    const [blob] = readdirSync(join(api.dataDir, 'files', 'blobs'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const orphan = join(dirname(blob), '01a2b3c4-0000-7000-8000-000000000000');
    copyFileSync(blob, orphan);

    const settings = { DATABASE_URL: database, DATA_DIR: api.dataDir, SWEEP_GRACE_SECONDS: '0' };
    expect(await runProgram('sweep', settings)).toEqual({ code: 0, output: '' });
    expect(existsSync(orphan)).toBe(false);
    expect((await client.send(`/files/${file_id}`)).text).toBe('kept\n');
    expect(await client.job(job_id)).toMatchObject({ status: 'pending' });
  });

  it('leaves SQLite to the process that has it', async () => {
    const { code, output } = await runProgram('sweep', { DATA_DIR: api.dataDir });
    expect([code, output]).toEqual([1, expect.stringMatching(/^DATABASE_URL is not set: /)]);
  });

  it('is not needed to know how many workers there should be: tasks that are due are counted', async () => {
    await Promise.all(['one', 'two', 'three'].map((text) => client.upload(text)));
    const scaled = readYaml<{ kind: string; spec: { triggers: { metadata: { query: string } }[] } }>(
      'kubernetes/worker.yaml',
    ).find(({ kind }) => kind === 'ScaledObject')!;
    const rows = await ask<{ count: string }>(scaled.spec.triggers[0].metadata.query);
    expect(Number(rows[0].count)).toBeGreaterThanOrEqual(3);
  });
});
