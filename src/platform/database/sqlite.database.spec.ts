import { sql } from 'kysely';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Migrations } from './database';
import { DatabaseUnavailable } from './database.errors';
import { GroupCommit, type Connection } from './group-commit';
import { SqliteDatabase } from './sqlite.database';
import { WalSync } from './wal-sync';

declare module './database' {
  interface Tables {
    remarks: { id: number; text: string };
  }
}

const migrations: Migrations = {
  '0001-remarks': {
    up: (db) =>
      db.schema
        .createTable('remarks')
        .addColumn('id', 'integer', (c) => c.primaryKey())
        .addColumn('text', 'text')
        .execute(),
  },
};

describe('SqliteDatabase', () => {
  let directory: string;
  const opened: SqliteDatabase[] = [];
  const open = async () => {
    const database = await SqliteDatabase.open(directory, migrations);
    opened.push(database);
    return database;
  };
  const insert = (database: SqliteDatabase, id: number) =>
    database.transaction((queries) =>
      queries
        .insertInto('remarks')
        .values({ id, text: `note ${id}` })
        .execute(),
    );
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'filemill-database-'));
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((database) => database.close()));
    rmSync(directory, { recursive: true });
  });

  it('writes ahead', async () => {
    const { committed } = await open();
    expect((await sql`pragma journal_mode`.execute(committed)).rows).toEqual([{ journal_mode: 'wal' }]);
    expect((await sql`pragma synchronous`.execute(committed)).rows).toEqual([{ synchronous: 1 }]);
  });

  it('does not answer for what could not be synced', async () => {
    const database = await open();
    await (database as unknown as { log: WalSync }).log.close();
    await expect(insert(database, 1)).rejects.toThrow(DatabaseUnavailable);
    opened.length = 0;
  });

  it('refuses a file that is no database, says which, and leaves it as it is', async () => {
    const file = join(directory, 'filemill.sqlite');
    writeFileSync(file, 'this is not a database'.repeat(100));
    await expect(open()).rejects.toThrow(`The database ${file} cannot be used: file is not a database`);
    expect(readFileSync(file, 'utf8')).toMatch(/^this is not/);
  });
});

describe('GroupCommit', () => {
  function connection(overrides: Partial<Connection> = {}) {
    const calls: string[] = [];
    const record = (name: string) => () => void calls.push(name);
    const names = ['begin', 'commit', 'rollback', 'savepoint', 'release', 'rollbackToSavepoint'] as const;
    const recorded = Object.fromEntries(names.map((name) => [name, record(name)])) as unknown as Connection;
    const disk = { sync: () => Promise.resolve(calls.push('sync')).then(() => {}) };
    const groups = new GroupCommit({ ...recorded, ...overrides }, () => disk.sync());
    return { calls, disk, groups };
  }
  const count = (calls: string[], name: string) => calls.filter((call) => call === name).length;

  it('commits once for all who ask at the same time, and again for those who come later', async () => {
    const { calls, groups } = connection();
    const results = await Promise.all([1, 2, 3].map((value) => groups.run(() => Promise.resolve(value))));
    expect(results).toEqual([1, 2, 3]);
    expect(count(calls, 'commit')).toBe(1);

    await groups.run(() => Promise.resolve());
    expect(count(calls, 'commit')).toBe(2);
  });

  it('answers nobody before the commit is synced, and lets the next group run meanwhile', async () => {
    const { calls, disk, groups } = connection();
    const syncs: (() => void)[] = [];
    disk.sync = () => new Promise((resolve) => syncs.push(resolve));
    const answered: string[] = [];
    const first = groups.run(() => Promise.resolve()).then(() => answered.push('first'));
    await new Promise<void>((resolve) => void groups.run(() => Promise.resolve(resolve())));
    const second = groups.run(() => Promise.resolve()).then(() => answered.push('second'));
    const idle = groups.idle().then(() => answered.push('idle'));
    while (syncs.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(count(calls, 'commit')).toBe(2);
    expect(answered).toEqual([]);
    for (const done of syncs) done();
    await Promise.all([first, second, idle]);
    expect(answered).toEqual(['first', 'second', 'idle']);
  });

  it('does not make those wait for the sync, nor sync, who do not ask for it', async () => {
    const { calls, disk, groups } = connection();
    await expect(groups.run(() => Promise.resolve(1), false)).resolves.toBe(1);
    expect(count(calls, 'sync')).toBe(0);

    let synced!: () => void;
    disk.sync = () => new Promise((resolve) => (synced = resolve));
    const durable = groups.run(() => Promise.resolve(2));
    await expect(groups.run(() => Promise.resolve(3), false)).resolves.toBe(3);
    await expect(groups.run(() => Promise.reject(new Error('no')), false)).rejects.toThrow('no');
    synced();
    await expect(durable).resolves.toBe(2);
  });

  it('fails all of a group that could not be synced, and goes on', async () => {
    const { disk, groups } = connection();
    const { sync } = disk;
    disk.sync = () => Promise.reject(new Error('I/O error'));
    const results = await Promise.allSettled([1, 2].map((value) => groups.run(() => Promise.resolve(value))));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    disk.sync = sync;
    await expect(groups.run(() => Promise.resolve(3))).resolves.toBe(3);
  });

  it('fails all of a group whose commit fails, and goes on', async () => {
    let full = true;
    const { calls, groups } = connection({
      commit: () => {
        if (full) throw new Error('disk full');
      },
    });
    const results = await Promise.allSettled([
      groups.run(() => Promise.resolve(1)),
      groups.run(() => Promise.resolve(2)),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(count(calls, 'rollback')).toBe(1);

    full = false;
    await expect(groups.run(() => Promise.resolve(3))).resolves.toBe(3);
  });
});

describe('WalSync', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'filemill-log-')), 'log');
  beforeAll(() => writeFileSync(file, ''));
  afterAll(() => rmSync(dirname(file), { recursive: true }));

  it('lets those who come while a sync runs share the next one', async () => {
    const log = new WalSync(file);
    const first = log.sync();
    const [second, third] = [log.sync(), log.sync()];
    expect(second).not.toBe(first);
    expect(third).toBe(second);
    await Promise.all([first, second, third]);
    const later = log.sync();
    expect(later).not.toBe(second);
    await later;
    await log.close();
  });

  it('fails everybody who shares a sync that fails', async () => {
    const log = new WalSync(file);
    await log.close();
    const outcomes = await Promise.allSettled([log.sync(), log.sync(), log.sync()]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });
});
