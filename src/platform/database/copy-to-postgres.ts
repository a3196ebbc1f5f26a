import BetterSqlite, { type Database as Source } from 'better-sqlite3';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { StartupError } from '../errors/startup-error';
import type { Migrations, MigrationSet } from './database';
import { sequenceOf } from './numbers';
import { PostgresDatabase } from './postgres.database';
import { connectionConfig } from './postgres.pool';
import { DATABASE_FILE, SqliteDatabase } from './sqlite.database';

const BATCH_ROWS = 1_000;

export interface Copy {
  /** Directory of the SQLite database. */
  readonly from: string;
  /** URL of the PostgreSQL database. */
  readonly to: string;
  readonly migrations: Migrations;
  readonly further?: readonly MigrationSet[];
}

/** How many rows there are by the name of their table. */
export type RowCounts = ReadonlyMap<string, number>;

type Row = Readonly<Record<string, unknown>>;

/**
 * Copies all rows of a service that is stopped from SQLite to an empty PostgreSQL, in one transaction: afterwards either
 * all of them are there, or none is and it can be tried again. The source is brought up to date, and else left as it is;
 * nobody can open it meanwhile.
 *
 * @returns how many rows each table has now
 * @throws StartupError when there is no such source, it is in use, or the target has rows
 */
export async function copyToPostgres({ from, to, migrations, further }: Copy): Promise<RowCounts> {
  const file = join(from, DATABASE_FILE);
  if (!existsSync(file)) throw new StartupError(`There is no ${file}: set DATA_DIR to that of the service.`);
  openAlone(file).close();
  await (await SqliteDatabase.open(from, migrations, further)).close();
  await (await PostgresDatabase.open(to, migrations, further)).close();
  const fresh = await countsOfMigrations(migrations, further);
  const source = openAlone(file);
  const target = new Client(connectionConfig(to));
  target.on('error', () => {}); // the query that it breaks tells
  try {
    await target.connect();
    return await copyAll(source, target, fresh);
  } finally {
    await target.end();
    source.close();
  }
}

/** @throws StartupError when somebody else has it open */
function openAlone(file: string): Source {
  const source = new BetterSqlite(file, { fileMustExist: true, timeout: 0 });
  try {
    source.pragma('locking_mode = EXCLUSIVE');
    source.exec('BEGIN EXCLUSIVE; COMMIT'); // takes the lock, and keeps it
    return source;
  } catch (error) {
    source.close();
    if (!String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')) throw error;
    throw new StartupError(`${file} is in use: stop the service first.`, { cause: error });
  }
}

/** What is in the tables of a service that has never been used. */
async function countsOfMigrations(...of: [Migrations, (readonly MigrationSet[])?]): Promise<RowCounts> {
  const directory = mkdtempSync(join(tmpdir(), 'filemill-'));
  try {
    await (await SqliteDatabase.open(directory, ...of)).close();
    const empty = new BetterSqlite(join(directory, DATABASE_FILE), { readonly: true });
    try {
      return countRows(empty);
    } finally {
      empty.close();
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function copyAll(source: Source, target: Client, fresh: RowCounts): Promise<RowCounts> {
  const counts = countRows(source);
  await target.query('begin');
  for (const table of counts.keys()) await expectUnused(target, table, fresh.get(table) ?? 0);
  for (const table of tablesInOrder(source)) await copyTable(source, target, table);
  for (const [table, last] of lastNumbers(source))
    await target.query('select setval($1::regclass, $2)', [sequenceOf(table), last]);
  for (const [table, count] of counts) await expectCount(target, table, count);
  await target.query('commit');
  return counts;
}

/** Nobody writes to it until the end of the transaction. */
async function expectUnused(target: Client, table: string, rows: number): Promise<void> {
  const { rows: found } = await target.query<{ name: string | null }>('select to_regclass($1) as name', [
    quote(table),
  ]);
  if (found[0].name === null)
    throw new StartupError(`The table ${table} belongs to an extension that is not installed here.`);
  await target.query(`lock table ${quote(table)} in exclusive mode`);
  if ((await countOf(target, table)) === rows) return;
  throw new StartupError(
    `The table ${table} of DATABASE_URL has rows already: nothing was copied. Use an empty database.`,
  );
}

async function expectCount(target: Client, table: string, expected: number): Promise<void> {
  const count = await countOf(target, table);
  if (count !== expected)
    throw new Error(`${table} has ${count} rows instead of ${expected}: nothing was copied.`);
}

async function countOf(target: Client, table: string): Promise<number> {
  const { rows } = await target.query<{ count: number }>(`select count(*) from ${quote(table)}`);
  return rows[0].count;
}

async function copyTable(source: Source, target: Client, table: string): Promise<void> {
  const columns = await columnsOf(target, table);
  const names = columns.map(({ name }) => quote(name)).join(', ');
  const arrays = columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ');
  const insert = `insert into ${quote(table)} (${names}) select * from unnest(${arrays})`;
  await target.query(`delete from ${quote(table)}`); // what migrations put there
  for (const rows of batchesOf(source.prepare<[], Row>(`select ${names} from ${quote(table)}`).iterate())) {
    const values = columns.map(({ name }) => rows.map((row) => row[name]));
    await target.query(insert, values).catch((error: Error) => {
      throw new Error(`${table} cannot be copied: ${error.message}. Nothing was copied.`, { cause: error });
    });
  }
}

function* batchesOf(rows: Iterable<Row>): Generator<Row[]> {
  let batch: Row[] = [];
  for (const row of rows) {
    batch.push(row);
    if (batch.length < BATCH_ROWS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function columnsOf(target: Client, table: string): Promise<{ name: string; type: string }[]> {
  const { rows } = await target.query<{ name: string; type: string }>(
    `select attname as name, format_type(atttypid, null) as type from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
    [quote(table)],
  );
  return rows;
}

function countRows(source: Source): RowCounts {
  const count = (table: string) =>
    source
      .prepare<[], number>(`select count(*) from ${quote(table)}`)
      .pluck()
      .get()!;
  return new Map(tablesOf(source).map((table) => [table, count(table)]));
}

/** Without what migrations keep account in: the target has its own. */
function tablesOf(source: Source): string[] {
  const names = source.prepare<[], string>(
    `select name from sqlite_master where type = 'table' order by name`,
  );
  return names
    .pluck()
    .all()
    .filter((name) => !/^(sqlite_|kysely_migration|migrations_of_)/.test(name));
}

/** What others refer to comes before them. */
function tablesInOrder(source: Source): string[] {
  const ordered = new Set<string>();
  const visit = (table: string) => {
    if (ordered.has(table)) return;
    const referred = source.pragma(`foreign_key_list(${quote(table)})`) as { table: string }[];
    for (const other of referred) if (other.table !== table) visit(other.table);
    ordered.add(table);
  };
  tablesOf(source).forEach(visit);
  return [...ordered];
}

/** Of tables made with `numbered()`: a number is never given twice, also when its row is gone. */
function lastNumbers(source: Source): [table: string, last: number][] {
  return source
    .prepare<[], [string, number]>('select name, seq from sqlite_sequence where seq > 0')
    .raw()
    .all();
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
