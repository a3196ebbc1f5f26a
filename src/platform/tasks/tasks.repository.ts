import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { Migrations, Queries } from '../database/database';

/**
 * A task. `due_at` says when somebody may take it: its time to start, or the end of the lease of who
 * has it; null means never again (a dead letter).
 */
export interface TaskRow {
  id: string;
  kind: string;
  payload: string;
  attempt: number;
  due_at: number | null;
  /** Who has it, and which time they took it; null while it waits. */
  lease: string | null;
  last_error: string | null;
  created_at: number;
}

declare module '../database/database' {
  interface Tables {
    tasks: TaskRow;
  }
}

export const taskMigrations: Migrations = {
  '0001-tasks': {
    async up(db) {
      await db.schema
        .createTable('tasks')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('payload', 'text', (column) => column.notNull())
        .addColumn('attempt', 'integer', (column) => column.notNull())
        .addColumn('due_at', 'bigint')
        .addColumn('lease', 'text')
        .addColumn('last_error', 'text')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('tasks_due')
        .on('tasks')
        .columns(['kind', 'due_at', 'id'])
        .where('due_at', 'is not', null)
        .execute();
      await db.schema
        .createIndex('tasks_leased')
        .on('tasks')
        .column('lease')
        .where('lease', 'is not', null)
        .execute();
    },
  },
};

export interface Claim {
  readonly kind: string;
  readonly limit: number;
  readonly lease: string;
  readonly now: number;
  readonly until: number;
}

/** The task table. Every change of a taken task is conditional on its lease. */
@Injectable()
export class TasksRepository {
  async insert(queries: Queries, row: TaskRow): Promise<void> {
    const { id: _, ...replacement } = row;
    await queries
      .insertInto('tasks')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doUpdateSet(replacement))
      .execute();
  }

  async remove(queries: Queries, id: string): Promise<void> {
    await queries.deleteFrom('tasks').where('id', '=', id).execute();
  }

  /** Takes the tasks that have been due the longest, those with a lease that ran out among them. */
  claim(queries: Queries, { kind, limit, lease, now, until }: Claim): Promise<TaskRow[]> {
    const due = queries
      .selectFrom('tasks')
      .select('id')
      .where('kind', '=', kind)
      .where('due_at', '<=', now)
      .orderBy('due_at')
      .orderBy('id')
      .limit(limit);
    return queries
      .updateTable('tasks')
      .set((eb) => ({ lease, due_at: until, attempt: eb('attempt', '+', 1) }))
      .where('id', 'in', due)
      .returningAll()
      .execute();
  }

  /** Prolongs leases; resolves with those ids that still had one. */
  async renew(
    queries: Queries,
    tasks: readonly { id: string; lease: string }[],
    until: number,
  ): Promise<Set<string>> {
    const rows = await queries
      .updateTable('tasks')
      .set({ due_at: until })
      .where((eb) => eb.or(tasks.map(({ id, lease }) => eb.and({ id, lease }))))
      .returning('id')
      .execute();
    return new Set(rows.map(({ id }) => id));
  }

  /** @returns whether the lease still held */
  async complete(queries: Queries, id: string, lease: string): Promise<boolean> {
    const { numDeletedRows } = await queries
      .deleteFrom('tasks')
      .where('id', '=', id)
      .where('lease', '=', lease)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  /** Gives a taken task back, due at `due_at` or never again. @returns whether the lease still held */
  async putBack(
    queries: Queries,
    {
      id,
      lease,
      ...change
    }: { id: string; lease: string } & Pick<TaskRow, 'attempt' | 'due_at' | 'last_error'>,
  ): Promise<boolean> {
    const { numUpdatedRows } = await queries
      .updateTable('tasks')
      .set({ ...change, lease: null })
      .where('id', '=', id)
      .where('lease', '=', lease)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async leases(queries: Queries): Promise<string[]> {
    const rows = await queries
      .selectFrom('tasks')
      .select('lease')
      .distinct()
      .where('lease', 'is not', null)
      .execute();
    return rows.flatMap(({ lease }) => lease ?? []);
  }

  /** Makes the tasks with these leases due at once. */
  async expire(queries: Queries, leases: readonly string[], now: number): Promise<void> {
    if (leases.length === 0) return;
    await queries
      .updateTable('tasks')
      .set({ due_at: now, lease: null })
      .where('lease', 'in', leases)
      .execute();
  }

  async counts(queries: Queries, now: number): Promise<{ queued: number; running: number; dead: number }> {
    const { rows } = await sql<{ queued: number; running: number; dead: number }>`
      select count(case when due_at <= ${now} or (due_at > ${now} and lease is null) then 1 end) as queued,
             count(case when due_at > ${now} and lease is not null then 1 end) as running,
             count(case when due_at is null then 1 end) as dead
      from tasks`.execute(queries);
    return rows[0];
  }
}
