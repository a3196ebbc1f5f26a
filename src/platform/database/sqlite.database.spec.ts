import { sql } from 'kysely';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Migrations } from './database';
import { GroupCommit, type Connection } from './group-commit';
import { SqliteDatabase } from './sqlite.database';

declare module './database' {
  interface Tables {
    notes: { id: number; text: string };
  }
}

const migrations: Migrations = {
  '0001-notes': {
    up: (db) =>
      db.schema
        .createTable('notes')
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
        .insertInto('notes')
        .values({ id, text: `note ${id}` })
        .execute(),
    );
  const ids = async (database: SqliteDatabase) =>
    (await database.committed.selectFrom('notes').select('id').orderBy('id').execute()).map((row) => row.id);

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'filemill-database-'));
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((database) => database.close()));
    rmSync(directory, { recursive: true });
  });

  it('writes ahead and syncs at every commit', async () => {
    const { committed } = await open();
    expect((await sql`pragma journal_mode`.execute(committed)).rows).toEqual([{ journal_mode: 'wal' }]);
    expect((await sql`pragma synchronous`.execute(committed)).rows).toEqual([{ synchronous: 2 }]);
  });

  it('takes back a transaction that fails, and only that one of those which share its commit', async () => {
    const database = await open();
    const results = await Promise.allSettled([
      insert(database, 1),
      database.transaction(async (queries) => {
        await queries.insertInto('notes').values({ id: 2, text: '' }).execute();
        throw new Error('changed my mind');
      }),
      insert(database, 1),
      insert(database, 3),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(await ids(database)).toEqual([1, 3]);
  });

  it('shows nobody a transaction before it is committed', async () => {
    const database = await open();
    let seenInside: number[] = [];
    await database.transaction(async (queries) => {
      await queries.insertInto('notes').values({ id: 1, text: '' }).execute();
      seenInside = await ids(database);
    });
    expect(seenInside).toEqual([]);
    expect(await ids(database)).toEqual([1]);
  });

  it('is migrated once when several open it at the same time', async () => {
    const databases = await Promise.all([open(), open(), open()]);
    await Promise.all(databases.map((database, index) => insert(database, index)));
    expect(await ids(databases[0])).toEqual([0, 1, 2]);
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
    return { calls, groups: new GroupCommit({ ...recorded, ...overrides }) };
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

  it('answers nobody before the commit', async () => {
    let committed = false;
    const { groups } = connection({ commit: () => (committed = true) });
    const answer = groups.run(() => Promise.resolve()).then(() => committed);
    await expect(answer).resolves.toBe(true);
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
