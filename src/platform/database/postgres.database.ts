import { Kysely, sql, type PostgresPoolClient } from 'kysely';
import { setTimeout } from 'node:timers/promises';
import { Client, type ClientBase, type Pool, type PoolClient, type QueryResult } from 'pg';
import { StartupError } from '../errors/startup-error';
import {
  Database,
  type Migrations,
  type MigrationSet,
  type Queries,
  type Tables,
  type TransactionOptions,
} from './database';
import { DatabaseUnavailable } from './database.errors';
import { migrate } from './migrate';
import { sequenceOf } from './numbers';
import { OwnSchemaDialect } from './own-schema.dialect';
import { PostgresCommit } from './postgres.commit';
import { isConnectionLost, isSentBack, translate } from './postgres.errors';
import { connectionConfig, createPool } from './postgres.pool';

/** Runs of a transaction that is sent back because of others, and of one whose connection broke. */
const MOST_SENT_BACK = 10;
const MOST_LOST = 2;
/** How long readers wait for numbers that are still undecided, look by look. */
const UNDECIDED_PAUSES_MS = [1, 2, 5, 10, 20, 50, 100, 200, 400];
const MIGRATION_LOCK_TIMEOUT_MS = 60_000;

/**
 * PostgreSQL, by a pool of connections, as it comes: READ COMMITTED, a commit a transaction.
 *
 * A transaction that the database sent back because of another one is run again, and so is one whose connection broke
 * before the commit was sent. When it breaks during the commit, the database is asked what became of it.
 */
export class PostgresDatabase extends Database {
  override readonly committed: Queries;
  private readonly commits: PostgresCommit;
  private readonly queriesOn = new WeakMap<PoolClient, Queries>();
  private readonly decidedSoFar = new Map<string, number>();

  private constructor(private readonly pool: Pool) {
    super();
    this.commits = new PostgresCommit(pool);
    this.committed = queriesBy((text, values) => this.read(text, values));
  }

  /**
   * Connects and brings the tables up to date. Several may do so at once: one migrates, the others wait.
   *
   * @param url - `postgres://user:password@host:port/database`, with parameters of libpq such as `sslmode`
   * @throws StartupError when there is no such database, or it cannot be migrated
   */
  static async open(
    url: string,
    migrations: Migrations,
    further: readonly MigrationSet[] = [],
    poolSize = 10,
  ): Promise<PostgresDatabase> {
    try {
      await bringUpToDate(url, migrations, further);
    } catch (error) {
      throw new StartupError(
        `The database of DATABASE_URL cannot be used: ${messageOf(error)}. ` +
          'See that PostgreSQL runs, and that user and database exist.',
        { cause: error },
      );
    }
    return new PostgresDatabase(createPool(url, poolSize));
  }

  override async transaction<T>(
    work: (queries: Queries) => Promise<T>,
    { durable = true }: TransactionOptions = {},
  ): Promise<T> {
    for (let run = 1; ; run++) {
      try {
        return await this.attempt(work, durable);
      } catch (error) {
        if (run >= mostRuns(error)) throw translate(error);
        await setTimeout(Math.random() * 10 * run);
      }
    }
  }

  override async decided(table: keyof Tables): Promise<number> {
    const numbers = sequenceOf(table);
    const { rows } = await sql<{ last: number }>`
      select coalesce(pg_sequence_last_value(${numbers}::regclass), 0) as last`.execute(this.committed);
    for (const pauseMs of [...UNDECIDED_PAUSES_MS, 0]) {
      const decided = await this.lookAtNumbers(table, numbers);
      if (decided >= rows[0].last || pauseMs === 0) return decided;
      await setTimeout(pauseMs);
    }
    throw new Error('unreachable');
  }

  override async ping(): Promise<void> {
    await this.read('select 1', []);
  }

  override async close(): Promise<void> {
    if (!this.pool.ending) await this.pool.end();
  }

  /** A number once decided stays so, also when somebody has announced a lower one since. */
  private async lookAtNumbers(table: string, numbers: string): Promise<number> {
    const { rows } = await sql<{ decided: number }>`
      select decided_number(${numbers}::regclass) as decided`.execute(this.committed);
    const decided = Math.max(rows[0].decided, this.decidedSoFar.get(table) ?? 0);
    this.decidedSoFar.set(table, decided);
    return decided;
  }

  private async attempt<T>(work: (queries: Queries) => Promise<T>, durable: boolean): Promise<T> {
    const client = await this.connect();
    let isUsable = false;
    try {
      const transaction = await this.commits.begin(client, durable);
      const value = await this.run(client, work);
      isUsable = await this.commits.commit(client, transaction);
      return value;
    } catch (error) {
      isUsable = !isConnectionLost(error) && (await isRolledBack(client));
      throw error;
    } finally {
      client.release(!isUsable);
    }
  }

  /** @throws DatabaseUnavailable when there is none to be had in time: nothing is gained by asking again at once */
  private async connect(): Promise<PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      throw new DatabaseUnavailable(error);
    }
  }

  private run<T>(client: PoolClient, work: (queries: Queries) => Promise<T>): Promise<T> {
    const queries = this.queriesOn.get(client) ?? queriesOver(client);
    this.queriesOn.set(client, queries);
    return work(queries);
  }

  /** One query by itself, and once more when it met a connection that had broken. */
  private async read(text: string, values: readonly unknown[]) {
    for (let run = 1; ; run++) {
      const client = await this.connect();
      let lost = false;
      try {
        return await client.query(text, [...values]);
      } catch (error) {
        lost = isConnectionLost(error);
        if (run >= MOST_LOST || !lost) throw translate(error);
      } finally {
        client.release(lost);
      }
    }
  }
}

type Query = (text: string, values: readonly unknown[]) => Promise<QueryResult>;

/** Kysely on connections that somebody else takes from the pool and gives back. */
function queriesBy(query: Query): Queries {
  const client = { query, release: () => {} } as unknown as PostgresPoolClient;
  const pool = { connect: () => Promise.resolve(client), end: () => Promise.resolve() };
  return new Kysely<Tables>({ dialect: new OwnSchemaDialect({ pool }) });
}

function queriesOver(client: ClientBase): Queries {
  return queriesBy((text, values) => client.query(text, [...values]));
}

function mostRuns(error: unknown): number {
  if (isSentBack(error)) return MOST_SENT_BACK;
  return isConnectionLost(error) ? MOST_LOST : 1;
}

async function isRolledBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query('rollback');
    return true;
  } catch {
    return false;
  }
}

/** By a connection of its own, since building an index may take longer than any query of the service. */
async function bringUpToDate(
  url: string,
  migrations: Migrations,
  further: readonly MigrationSet[],
): Promise<void> {
  const client = new Client(connectionConfig(url));
  client.on('error', () => {}); // the query that it breaks tells
  await client.connect();
  try {
    await client.query(`set lock_timeout = ${MIGRATION_LOCK_TIMEOUT_MS}`);
    await client.query(`select pg_advisory_lock(hashtext('filemill'), hashtext(current_schema()))`);
    await migrate(queriesOver(client), migrations, further);
  } finally {
    await client.end(); // and with it the lock
  }
}

/** Several addresses make an `AggregateError`, which says nothing by itself. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}
