import { sql } from 'kysely';
import type { Migrations } from '../database/database';

/**
 * A task. `due_at` says when somebody may take it: its time to start, or the end of the lease of who
 * has it; null means never again (a dead letter).
 */
export interface TaskRow {
  id: string;
  kind: string;
  /** Whose work it is; the service's own is '', an owner like any other. */
  owner: string;
  /** Among those of its owner: its index in `PRIORITIES`, the lowest first. */
  priority: number;
  payload: string;
  attempt: number;
  due_at: number | null;
  /** Who has it, and which time they took it; null while it waits. */
  lease: string | null;
  /**
   * Its place among those of its kind that wait, the lowest first; null until it falls due. It waits when it has a
   * turn and no lease. Kept while it runs: if it is given back unfinished, that is its place again.
   */
  turn: number | null;
  last_error: string | null;
  created_at: number;
}

/** A kind of which nothing is taken. */
export interface TaskPauseRow {
  kind: string;
}

declare module '../database/database' {
  interface Tables {
    tasks: TaskRow;
    task_pauses: TaskPauseRow;
  }
}

/** The turn before all others. */
export const HEAD = -1;

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
  '0048-task-turns': {
    async up(db) {
      await db.schema
        .alterTable('tasks')
        .addColumn('owner', 'text', (column) => column.notNull().defaultTo(''))
        .execute();
      await db.schema.alterTable('tasks').addColumn('turn', 'bigint').execute();
      await db.schema.dropIndex('tasks_due').execute();
      const waits = sql<boolean>`lease is null and turn is not null`;
      await db.schema
        .createIndex('tasks_turn')
        .on('tasks')
        .columns(['kind', 'turn', 'due_at', 'id'])
        .where(waits)
        .execute();
      await db.schema
        .createIndex('tasks_owner')
        .on('tasks')
        .columns(['kind', 'owner', 'turn'])
        .where(waits)
        .execute();
      await db.schema
        .createIndex('tasks_later')
        .on('tasks')
        .columns(['kind', 'due_at', 'id'])
        .where(sql<boolean>`due_at is not null and (turn is null or lease is not null)`)
        .execute();
    },
  },
  '0049-task-pauses': {
    async up(db) {
      await db.schema
        .createTable('task_pauses')
        .addColumn('kind', 'text', (column) => column.primaryKey())
        .execute();
    },
  },
  '0055-task-priorities': {
    async up(db) {
      await db.schema
        .alterTable('tasks')
        .addColumn('priority', 'integer', (column) => column.notNull().defaultTo(1))
        .execute();
      await db.schema.dropIndex('tasks_owner').execute();
      await db.schema
        .createIndex('tasks_owner')
        .on('tasks')
        .columns(['kind', 'owner', 'priority', 'turn'])
        .where(sql<boolean>`lease is null and turn is not null`)
        .execute();
    },
  },
};
