import { Pool, types, type PoolClient, type PoolConfig } from 'pg';

export const CONNECT_TIMEOUT_MS = 5_000;
/** A query that takes longer is given up: it holds a connection, and somebody waits for it. */
const STATEMENT_TIMEOUT_MS = 30_000;
const LOCK_TIMEOUT_MS = 15_000;
/** Work awaits nothing but its queries: who is idle for so long hangs, and what it locked must go on. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000;
/** When not even the server's own timeout is heard of: the other side is gone without a word. */
const SILENCE_TIMEOUT_MS = 45_000;

/** Object identifiers of `bigint` (also what `count` gives) and `numeric` (what `sum` of bigints gives). */
const WHOLE_NUMBERS = new Set([20, 1700]);

/** Timestamps, sizes and counts are numbers here, as SQLite gives them. */
const asNumbers: PoolConfig['types'] = {
  getTypeParser: ((oid: number, format?: 'text') =>
    WHOLE_NUMBERS.has(oid) ? Number : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
};

/** What the URL says wins over what is said here. */
export function connectionConfig(url: string) {
  return {
    connectionString: url,
    application_name: 'filemill',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    types: asNumbers,
  } satisfies PoolConfig;
}

export function createPool(url: string, size: number): Pool {
  const pool = new Pool({
    ...connectionConfig(url),
    max: size,
    idleTimeoutMillis: 60_000,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    query_timeout: SILENCE_TIMEOUT_MS,
  });
  // A connection that breaks tells its query, or the next one; as an event it would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client: PoolClient) => client.on('error', () => {}));
  return pool;
}
