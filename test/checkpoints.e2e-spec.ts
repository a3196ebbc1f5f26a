import { DATABASE_FILE } from '@app/platform/database/sqlite.database';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp, type TestApp } from './support/app';
import { Client, waitFor } from './support/client';

/** Far less is written than SQLite would begin to move by itself. */
const JOBS = 40;

describe('what is committed to SQLite', () => {
  let service: TestApp;
  beforeEach(async () => {
    service = await startApp();
  });
  afterEach(() => service.close());

  it('comes to be in the database file while the service runs, and wholly when it ends', async () => {
    const file = join(service.dataDir, DATABASE_FILE);
    const { size } = statSync(file);
    const client = new Client(service.url);
    for (let i = 0; i < JOBS; i++) await client.settled((await client.upload(`text ${i}`)).job_id);
    const { size: moved } = await waitFor(
      () => statSync(file),
      (now) => now.size > size,
    );
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(0);

    await service.app.close();
    expect(statSync(file).size).toBeGreaterThanOrEqual(moved);
    expect(existsSync(`${file}-wal`)).toBe(false);
  });
});

it('is moved by a thread that a process waits for which has nothing else to do', () => {
  const directory = mkdtempSync(join(tmpdir(), 'filemill-checkpoints-'));
  const program = `
    const { SqliteDatabase } = require('./dist/platform/database/sqlite.database.js');
    (async () => {
      const database = await SqliteDatabase.open(${JSON.stringify(directory)}, {});
      for (let i = 0; i < 100; i++) await database.transaction(async () => {});
      await database.close();
      console.log('closed');
    })();`;
  const output = execFileSync(process.execPath, ['-e', program], { cwd: join(__dirname, '..') });
  expect(output.toString()).toBe('closed\n');
  rmSync(directory, { recursive: true });
});
