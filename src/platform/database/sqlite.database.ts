import BetterSqlite, { type Database as Handle, type Statement } from 'better-sqlite3';
import { Kysely, sql, type SqliteDatabase as Prepares } from 'kysely';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ensureDirectory } from '../storage/directory';
import { StartupError } from '../errors/startup-error';
import { StorageFull } from '../errors/storage-full.error';
import {
  Database,
  type Migrations,
  type MigrationSet,
  type Queries,
  type Tables,
  type TransactionOptions,
} from './database';
import { DatabaseUnavailable } from './database.errors';
import { CommonSqliteDialect } from './dialect';
import { GroupCommit, type Connection } from './group-commit';
import { migrate } from './migrate';
import { WalCheckpoints } from './wal-checkpoints';
import { WalSync } from './wal-sync';

/** Its name, in the directory. */
export const DATABASE_FILE = 'filemill.sqlite';
const BUSY_TIMEOUT_MS = 5_000;
const MIGRATION_TIMEOUT_MS = 60_000;
const LOCK_RETRY_MS = 20;
/** Distinct statements kept compiled; filters make some dozens of shapes. */
const STATEMENT_CACHE_SIZE = 256;
/** The log at which SQLite moves what is in it by itself, should {@link WalCheckpoints} not keep up: 16 MiB. */
const LONGEST_LOG_PAGES = 4_000;

/**
 * SQLite in a directory: write-ahead log, fsync at every commit, commits shared by concurrent callers.
 *
 * Writes have a connection of their own, so that `committed` never sees a transaction half done. It is SQLite that
 * commits, which is quick; what waits for the disk is done outside the event loop, by {@link WalSync} and
 * {@link WalCheckpoints}.
 */
export class SqliteDatabase extends Database {
  override readonly committed: Queries;
  private readonly written: Queries;
  private readonly groups: GroupCommit;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly readHandle: Handle,
    private readonly writeHandle: Handle,
    private readonly log: WalSync,
    private readonly checkpoints: WalCheckpoints,
  ) {
    super();
    this.committed = queries(readHandle);
    this.written = queries(writeHandle);
    this.groups = new GroupCommit(transactionControl(writeHandle), () => this.sync());
  }

  /**
   * Opens the database in `directory`, made when missing, and brings it up to date. Two processes may
   * do so at once: one migrates, the other waits.
   *
   * @throws StartupError with the file's name when it is no usable database.
   */
  static async open(
    directory: string,
    migrations: Migrations,
    further: readonly MigrationSet[] = [],
  ): Promise<SqliteDatabase> {
    const file = join(directory, DATABASE_FILE);
    ensureDirectory(directory);
    try {
      return await alone(directory, async () => {
        const database = new SqliteDatabase(
          connect(file),
          connect(file),
          new WalSync(`${file}-wal`),
          new WalCheckpoints(file),
        );
        await migrate(database.written, migrations, further);
        await database.sync();
        return database;
      });
    } catch (error) {
      throw new StartupError(
        `The database ${file} cannot be used: ${(error as Error).message}. ` +
          'If it is damaged, restore it from a backup: it was not touched.',
        { cause: error },
      );
    }
  }

  override async transaction<T>(
    work: (queries: Queries) => Promise<T>,
    { durable = true }: TransactionOptions = {},
  ): Promise<T> {
    try {
      return await this.groups.run(() => work(this.written), durable);
    } catch (error) {
      throw translate(error);
    }
  }

  override async ping(): Promise<void> {
    try {
      await sql`select 1`.execute(this.committed);
    } catch (error) {
      throw translate(error);
    }
  }

  /** There is one writer: numbers are in the order of commits. */
  override async decided(table: string): Promise<number> {
    const { rows } = await sql<{
      seq: number;
    }>`select seq from sqlite_sequence where name = ${table}`.execute(this.committed);
    return rows[0]?.seq ?? 0;
  }

  override close(): Promise<void> {
    return (this.closing ??= this.end());
  }

  private async end(): Promise<void> {
    await this.groups.idle();
    await this.checkpoints.close();
    await this.committed.destroy();
    await this.written.destroy();
    this.readHandle.close(); // which Kysely leaves open when there was no query
    this.writeHandle.close();
    await this.log.close();
  }

  private async sync(): Promise<void> {
    try {
      await this.log.sync();
    } catch (error) {
      throw new DatabaseUnavailable(error);
    }
    this.checkpoints.noteSync();
  }
}

function connect(file: string): Handle {
  const handle = new BetterSqlite(file, { timeout: BUSY_TIMEOUT_MS });
  handle.pragma('journal_mode = WAL'); // makes the log, too
  handle.pragma('synchronous = NORMAL'); // safe at checkpoints; each commit is synced by us
  handle.pragma(`wal_autocheckpoint = ${LONGEST_LOG_PAGES}`);
  handle.pragma('foreign_keys = ON');
  return handle;
}

/** Runs `work` while nobody else is at it in the same directory; a dead process's lock is gone with it. */
async function alone<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const lock = new BetterSqlite(join(directory, 'migration.lock'), { timeout: 0 });
  try {
    await acquire(lock);
    return await work();
  } finally {
    lock.close();
  }
}

async function acquire(lock: Handle): Promise<void> {
  for (let waited = 0; ; waited += LOCK_RETRY_MS) {
    try {
      lock.exec('BEGIN EXCLUSIVE');
      return;
    } catch (error) {
      if (!codeOf(error).startsWith('SQLITE_BUSY') || waited >= MIGRATION_TIMEOUT_MS) throw error;
      await setTimeout(LOCK_RETRY_MS);
    }
  }
}

function queries(handle: Handle): Queries {
  return new Kysely<Tables>({ dialect: new CommonSqliteDialect({ database: withStatementCache(handle) }) });
}

/** Compiling a statement costs more than running it: the most used ones are kept. */
function withStatementCache(handle: Handle): Prepares {
  const statements = new Map<string, Statement>();
  return {
    close: () => handle.close(),
    prepare(text) {
      const statement = statements.get(text) ?? handle.prepare(text);
      if (statements.size >= STATEMENT_CACHE_SIZE) statements.clear();
      statements.set(text, statement);
      return statement;
    },
  };
}

function transactionControl(handle: Handle): Connection {
  const prepared = (text: string) => {
    const statement = handle.prepare(text);
    return () => void statement.run();
  };
  return {
    begin: prepared('BEGIN IMMEDIATE'),
    commit: prepared('COMMIT'),
    rollback: prepared('ROLLBACK'),
    savepoint: prepared('SAVEPOINT entry'),
    release: prepared('RELEASE entry'),
    rollbackToSavepoint: () => handle.exec('ROLLBACK TO entry; RELEASE entry'),
  };
}

function translate(error: unknown): unknown {
  const code = codeOf(error);
  if (code.startsWith('SQLITE_FULL')) return new StorageFull(error);
  if (/^SQLITE_(BUSY|LOCKED|IOERR|CANTOPEN)/.test(code)) return new DatabaseUnavailable(error);
  return error;
}

/** By the code, not the class: the native part of the driver throws that of whoever loaded it first. */
function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
}
