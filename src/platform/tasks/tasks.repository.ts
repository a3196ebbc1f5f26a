import { Injectable } from '@nestjs/common';
import { sql, type ExpressionBuilder, type SqlBool } from 'kysely';
import type { Queries, Tables } from '../database/database';
import { statement } from '../database/statement';
import { PRIORITIES, type DeadLetter } from './task-queue';
import { HEAD, type TaskRow } from './tasks.migrations';

/** Tasks that fell due taken in at once. */
const MOST_RIPE = 100;

export interface Claim {
  readonly kind: string;
  readonly limit: number;
  readonly lease: string;
  readonly until: number;
  /** Only this one; any when left out. */
  readonly id?: string;
}

/** A task, and the lease under which somebody has it. */
export interface Lease {
  readonly id: string;
  readonly lease: string;
}

export type WaitingTask = Pick<TaskRow, 'id' | 'attempt'> & { due_at: number; turn: number };

/** What becomes of a task that is given back. */
export type PutBack = Lease & Pick<TaskRow, 'attempt' | 'due_at' | 'turn' | 'last_error'>;

/** `waits`: it is due, and gets its turn at once. */
const insertTask = statement((queries, { waits, ...row }: TaskRow & { waits?: true }) => {
  const { id: _, ...replacement } = row;
  return queries
    .insertInto('tasks')
    .values({ ...row, turn: waits ? nextTurn(row) : row.turn })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((eb) => ({ ...replacement, turn: eb.ref('excluded.turn') })),
    );
});

/** Those that fell due without a turn yet, or again. */
const findRipe = statement((queries, { kind, now, limit }: { kind: string; now: number; limit: number }) =>
  queries
    .selectFrom('tasks')
    .select(['id', 'owner'])
    .where('kind', '=', kind)
    .where('due_at', '<=', now)
    .where(isNotWaiting)
    .orderBy('due_at')
    .orderBy('id')
    .limit(limit)
    .forUpdate()
    .skipLocked(),
);

/** One: for several SQLite would make a table of their ids, which takes longer than to take them one by one. */
const claimNext = statement((queries, { kind, lease, until, id }: Omit<Claim, 'limit'>) =>
  queries
    .updateTable('tasks')
    .set((eb) => ({ lease, due_at: until, attempt: eb('attempt', '+', 1) }))
    .where(
      'id',
      '=',
      () =>
        whoWaits(queries, kind)
          .select('id')
          .$if(id !== undefined, (query) => query.where('id', '=', id!))
          .limit(1)
          .forUpdate()
          .$if(id === undefined, (query) => query.skipLocked()), // no other would do for one by its id
    )
    .returningAll()
    .returning(isOutranked),
);

const holdTask = statement((queries, { id, lease, until }: Lease & { until: number }) =>
  queries.updateTable('tasks').set({ due_at: until }).where('id', '=', id).where('lease', '=', lease),
);

const deleteHeld = statement((queries, { id, lease }: Lease) =>
  queries.deleteFrom('tasks').where('id', '=', id).where('lease', '=', lease),
);

/** The task table. Every change of a taken task is conditional on its lease. */
@Injectable()
export class TasksRepository {
  async insert(queries: Queries, row: TaskRow, now: number): Promise<void> {
    const waits = row.due_at !== null && row.due_at <= now && row.lease === null;
    await insertTask(queries, waits ? { ...row, waits } : row);
  }

  /** Inserts a task, or makes one that waits due no later than it. */
  async ensure(queries: Queries, row: TaskRow & { due_at: number }): Promise<void> {
    await queries
      .insertInto('tasks')
      .values(row)
      .onConflict((conflict) =>
        conflict
          .column('id')
          .doUpdateSet({ due_at: row.due_at })
          .where('tasks.lease', 'is', null)
          .where('tasks.due_at', '>', row.due_at),
      )
      .execute();
  }

  async remove(queries: Queries, id: string): Promise<void> {
    await queries.deleteFrom('tasks').where('id', '=', id).execute();
  }

  /**
   * Gives their turns to those that fell due, and lets those wait again whose lease ran out. Who comes at the same time
   * takes others.
   */
  async ripen(queries: Queries, kind: string, now: number): Promise<void> {
    const ripe = await findRipe(queries, { kind, now, limit: MOST_RIPE });
    for (const { id, owner } of ripe.rows) {
      const turn = sql<number>`coalesce(turn, ${nextTurn({ kind, owner })})`;
      await queries.updateTable('tasks').set({ lease: null, turn }).where('id', '=', id).execute();
    }
  }

  /**
   * Takes those whose turn it is, unless their kind is paused, each by that of its owner's that has the highest priority.
   * Who comes at the same time takes others.
   */
  async claim(queries: Queries, { limit, ...claim }: Claim): Promise<TaskRow[]> {
    const claimed: TaskRow[] = [];
    while (claimed.length < limit) {
      const [next] = (await claimNext(queries, claim)).rows;
      if (!next) break;
      const { is_outranked, ...row } = next;
      claimed.push(is_outranked ? await this.changePlaces(queries, row, claim) : row);
    }
    return claimed;
  }

  /**
   * Takes the first of the owner's tasks of the highest priority for one that was taken, which waits in its place. So the
   * owner has no more turns than before, and no other owner waits any longer.
   */
  private async changePlaces(
    queries: Queries,
    row: TaskRow,
    { lease, until }: Pick<Claim, 'lease' | 'until'>,
  ): Promise<TaskRow> {
    const first = await queries
      .selectFrom('tasks')
      .select(['id', 'due_at', 'turn'])
      .where('kind', '=', row.kind)
      .where('owner', '=', row.owner)
      .where('priority', '<', row.priority)
      .where('lease', 'is', null)
      .where('turn', 'is not', null)
      .orderBy('priority')
      .orderBy('turn')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (!first) return row; // somebody else just took it
    const { id, turn, attempt } = row;
    await queries
      .updateTable('tasks')
      .set({ lease: null, due_at: first.due_at, turn: first.turn, attempt: attempt - 1 })
      .where('id', '=', id)
      .execute();
    return queries
      .updateTable('tasks')
      .set((eb) => ({ lease, due_at: until, turn, attempt: eb('attempt', '+', 1) }))
      .where('id', '=', first.id)
      .returningAll()
      .executeTakeFirstOrThrow();
  }

  /** The next of a kind that may be taken. */
  next(queries: Queries, kind: string, limit: number): Promise<WaitingTask[]> {
    return whoWaits(queries, kind)
      .select(['id', 'attempt', 'due_at', 'turn'])
      .$narrowType<{ due_at: number; turn: number }>()
      .limit(limit)
      .execute();
  }

  /** Prolongs leases; resolves with those ids that still had one. */
  async renew(queries: Queries, tasks: readonly Lease[], until: number): Promise<Set<string>> {
    const rows = await queries
      .updateTable('tasks')
      .set({ due_at: until })
      .where((eb) => eb.or(tasks.map(({ id, lease }) => eb.and({ id, lease }))))
      .returning('id')
      .execute();
    return new Set(rows.map(({ id }) => id));
  }

  /** Prolongs one lease. @returns whether it still held */
  async hold(queries: Queries, lease: Lease, until: number): Promise<boolean> {
    return (await holdTask(queries, { id: lease.id, lease: lease.lease, until })).numAffectedRows === 1n;
  }

  /** @returns whether the lease still held */
  async complete(queries: Queries, id: string, lease: string): Promise<boolean> {
    return (await deleteHeld(queries, { id, lease })).numAffectedRows === 1n;
  }

  /** Gives a taken task back, due at `due_at` or never again. @returns whether the lease still held */
  async putBack(queries: Queries, { id, lease, ...change }: PutBack): Promise<boolean> {
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

  /** Makes the tasks with these leases due at once; each keeps its turn. */
  async expire(queries: Queries, leases: readonly string[], now: number): Promise<void> {
    if (leases.length === 0) return;
    await queries
      .updateTable('tasks')
      .set({ due_at: now, lease: null })
      .where('lease', 'in', leases)
      .execute();
  }

  async deadLetters(queries: Queries, limit: number): Promise<DeadLetter[]> {
    const rows = await dead(queries)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
    return rows.map(toDeadLetter);
  }

  async deadLetter(queries: Queries, id: string): Promise<DeadLetter | undefined> {
    const row = await dead(queries).where('id', '=', id).executeTakeFirst();
    return row && toDeadLetter(row);
  }

  /** @returns whether there was such a dead letter */
  async revive(queries: Queries, id: string, now: number): Promise<boolean> {
    const { numUpdatedRows } = await queries
      .updateTable('tasks')
      .set({ due_at: now, attempt: 0, last_error: null })
      .where('id', '=', id)
      .where('due_at', 'is', null)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  /** Each from an index alone: it is asked for every second while much waits. */
  async counts(queries: Queries, now: number): Promise<{ queued: number; running: number; dead: number }> {
    const { rows } = await sql<{ total: number; waiting: number; others: number; running: number }>`
      select (select count(*) from tasks) as total,
             (select count(*) from tasks where lease is null and turn is not null) as waiting,
             (select count(*) from tasks where due_at is not null and (turn is null or lease is not null)) as others,
             (select count(*) from tasks where lease is not null and due_at > ${now}) as running`.execute(
      queries,
    );
    const { total, waiting, others, running } = rows[0];
    return { queued: waiting + others - running, running, dead: total - waiting - others };
  }

  async pause(queries: Queries, kinds: readonly string[]): Promise<void> {
    await queries
      .insertInto('task_pauses')
      .values(kinds.map((kind) => ({ kind })))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  async resume(queries: Queries): Promise<void> {
    await queries.deleteFrom('task_pauses').execute();
  }

  async paused(queries: Queries): Promise<Set<string>> {
    const rows = await queries.selectFrom('task_pauses').select('kind').execute();
    return new Set(rows.map(({ kind }) => kind));
  }
}

/** Those of a kind that may be taken, in the order of their turns; none while it is paused. */
function whoWaits(queries: Queries, kind: string) {
  return queries
    .selectFrom('tasks')
    .where('kind', '=', kind)
    .where('lease', 'is', null)
    .where('turn', 'is not', null)
    .where((eb) =>
      eb.not(eb.exists(eb.selectFrom('task_pauses').select('kind').where('task_pauses.kind', '=', kind))),
    )
    .orderBy('turn')
    .orderBy('due_at')
    .orderBy('id');
}

/**
 * The turn of a task that begins to wait: after the last one of its owner, or with the first of all. So owners take
 * turns, however many each has; who comes anew is neither behind what others have waiting, nor before what waits already.
 * (Start-time fair queueing: Goyal, Vin and Cheng 1996.)
 */
function nextTurn({ kind, owner }: Pick<TaskRow, 'kind' | 'owner'>) {
  const waits = sql`lease is null and turn is not null and turn > ${sql.lit(HEAD)}`;
  // Each from an index alone, which has the priority before the turn.
  const last = PRIORITIES.map(
    (_, priority) =>
      sql`select max(turn) as turn from tasks
          where kind = ${kind} and owner = ${owner} and priority = ${sql.lit(priority)} and ${waits}`,
  );
  return sql<number>`coalesce(
    (select max(turn) + 1 from (${sql.join(last, sql` union all `)}) as last),
    (select min(turn) from tasks where kind = ${kind} and ${waits}),
    0)`;
}

/** Whether its owner has another of a higher priority waiting. As a minimum, since that is the first entry of an index. */
const isOutranked = sql<SqlBool>`(turn > ${sql.lit(HEAD)} and priority > (
  select min(other.priority) from tasks as other
  where other.kind = tasks.kind and other.owner = tasks.owner and other.lease is null and other.turn is not null
))`.as('is_outranked');

/** Leased, or not due yet; as the index `tasks_later` says it. */
function isNotWaiting(eb: ExpressionBuilder<Tables, 'tasks'>) {
  return eb.or([eb('turn', 'is', null), eb('lease', 'is not', null)]);
}

function dead(queries: Queries) {
  return queries.selectFrom('tasks').selectAll().where('due_at', 'is', null);
}

function toDeadLetter({ id, kind, attempt, last_error, created_at }: TaskRow): DeadLetter {
  return { id, kind, attempt, error: last_error, createdAt: created_at };
}
