import type { Kysely, Migration } from 'kysely';

/**
 * The tables, by name. Each feature adds its own beside its repository:
 *
 * ```ts
 * declare module '../platform/database/database' {
 *   interface Tables { jobs: JobRow }
 * }
 * ```
 *
 * Timestamps are integers (ms since the Unix epoch) and JSON is text, in every database.
 */
// oxlint-disable-next-line typescript/no-empty-object-type -- filled by declaration merging
export interface Tables {}

/** What queries are written on: either the committed rows, or an open transaction. */
export type Queries = Kysely<Tables>;

/** Writes in the transaction that makes `outcome` true, or keeps it from becoming true by rejecting. */
export type Alongside<T> = (queries: Queries, outcome: T) => Promise<void>;

export interface TransactionOptions {
  /** Whether to wait until the commit survives a loss of power; true when left out. */
  readonly durable?: boolean;
}

/** Migrations by name; they run in alphabetical order, each once. */
export type Migrations = Readonly<Record<string, Migration>>;

/** Migrations that are kept account of apart from all others: who has them may come later, and go. */
export interface MigrationSet {
  /** A lower-case word. */
  readonly name: string;
  readonly migrations?: Migrations;
}

/**
 * The one way to the rows.
 *
 * - A transaction that resolved is on disk: it survives the loss of power.
 * - A transaction whose work rejects changes nothing, whatever else is committed at the same time.
 * - Work awaits nothing but its own queries: transactions may share a commit, so one that waits for
 *   something else holds up the others.
 * - Work may not open another transaction inside: it would wait for itself.
 * - Work may be run again, when the first run has changed nothing: what it does besides its queries must bear that.
 * - A query that fails is the end of its transaction: work that catches its error cannot go on.
 * - Transactions may run at the same time. A query sees what others had committed when it began, and waits for those
 *   who write the same row. So what is read and then relied upon is locked (`forUpdate`), or decided by the
 *   conditions of the write itself.
 *
 * What the database cannot do comes as `DatabaseUnavailable`, `OutcomeUnknown` or `StorageFull`.
 */
export abstract class Database {
  /** Queries that see committed rows only. Never write through it. */
  abstract readonly committed: Queries;

  /**
   * Runs `work` atomically, and resolves with its value once that is durable; with `durable: false` once it is
   * committed: a loss of power may then take it back, and with it everything that was committed later. That is for
   * steps that nobody is answered for, and that are simply done again.
   */
  abstract transaction<T>(work: (queries: Queries) => Promise<T>, options?: TransactionOptions): Promise<T>;

  /**
   * The highest number of a table made with `numbered()` up to which all are decided: whoever has one of those has
   * been committed and is seen by queries from now on, or never will be. Who reads on "after n" reads no further than
   * this. It never falls.
   *
   * Waits a moment for those who are still at it, so that mostly it is the last number there is.
   */
  abstract decided(table: keyof Tables): Promise<number>;

  /** Rejects when the database cannot answer. */
  abstract ping(): Promise<void>;

  /** Lets what runs finish, then closes the connections. */
  abstract close(): Promise<void>;
}
