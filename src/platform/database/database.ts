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

/** A feature's migrations by name; all names together run in alphabetical order, each once. */
export type Migrations = Readonly<Record<string, Migration>>;

/**
 * The one way to the rows.
 *
 * - A transaction that resolved is on disk: it survives the loss of power.
 * - A transaction whose work rejects changes nothing, whatever else is committed at the same time.
 * - Work awaits nothing but its own queries: transactions may share a commit, so one that waits for
 *   something else holds up the others.
 * - Work may not open another transaction inside: it would wait for itself.
 */
export abstract class Database {
  /** Queries that see committed rows only. Never write through it. */
  abstract readonly committed: Queries;

  /** Runs `work` atomically, and resolves with its value once that is durable. */
  abstract transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;

  /** Rejects when the database cannot answer. */
  abstract ping(): Promise<void>;
}
