import { Injectable } from '@nestjs/common';
import { sql, type Generated, type Insertable, type Selectable } from 'kysely';
import { Database, type Migrations, type Queries } from '../../platform/database/database';
import { numbered } from '../../platform/database/numbers';
import { statement } from '../../platform/database/statement';
import type { Owner } from '../../platform/http/caller.decorator';
import type { Job } from '../job';
import { TYPE_OF, type Transition, type TransitionType } from './transition';

interface TransitionRow {
  seq: Generated<number>;
  job_id: string;
  owner: string;
  type: TransitionType;
  attempt: number;
  started_at: number | null;
  at: number;
}

declare module '../../platform/database/database' {
  interface Tables {
    job_transitions: TransitionRow;
  }
}

export const transitionMigrations: Migrations = {
  '0005-job-transitions': {
    async up(db) {
      await db.schema
        .createTable('job_transitions')
        .$call(await numbered(db, 'job_transitions'))
        .addColumn('job_id', 'text', (column) => column.notNull())
        .addColumn('owner', 'text', (column) => column.notNull())
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('attempt', 'integer', (column) => column.notNull())
        .addColumn('started_at', 'bigint')
        .addColumn('at', 'bigint', (column) => column.notNull())
        .execute();
      for (const key of ['owner', 'job_id']) {
        await db.schema
          .createIndex(`job_transitions_by_${key}`)
          .on('job_transitions')
          .columns([key, 'seq'])
          .execute();
      }
      // Every job has a last transition: those that were there before get it now.
      await sql`
        insert into job_transitions (job_id, owner, type, attempt, started_at, at)
        select job_id, owner,
          case status when 'pending' then 'job.queued' when 'processing' then 'job.started' else 'job.' || status end,
          attempt, started_at, coalesce(finished_at, started_at, created_at)
        from jobs order by coalesce(finished_at, started_at, created_at)`.execute(db);
    },
  },
};

/** Whose transitions: all of an owner, or those of one job. */
export interface Scope {
  readonly owner: Owner;
  readonly jobId?: string;
}

const insertTransition = statement((queries, row: Insertable<TransitionRow>) =>
  queries.insertInto('job_transitions').values(row),
);

/** Writes down what has just become of a job, in the transaction that did it. */
export async function recordTransition(queries: Queries, job: Job, at: number): Promise<void> {
  await insert(queries, job, TYPE_OF[job.status], at);
}

/** Nothing of a deleted job stays but that it was deleted, for those who followed it. */
export async function recordDeletion(queries: Queries, job: Job, at: number): Promise<void> {
  await queries.deleteFrom('job_transitions').where('job_id', '=', job.jobId).execute();
  await insert(queries, job, 'job.deleted', at);
}

async function insert(
  queries: Queries,
  { jobId, owner, attempt, startedAt }: Job,
  type: TransitionType,
  at: number,
): Promise<void> {
  await insertTransition(queries, { job_id: jobId, owner, type, attempt, started_at: startedAt, at });
}

/**
 * The transitions of all jobs in the order in which they happened.
 *
 * Readers go on from the highest number they have seen, so they are shown none as long as one with a smaller number
 * may still appear. Those of one job cannot: each of its transitions waits for the one before to be committed.
 */
@Injectable()
export class TransitionsRepository {
  constructor(private readonly database: Database) {}

  /** Up to `limit` of those after `seq`, of every owner when there is no scope. */
  async after(seq: number, limit: number, scope?: Scope): Promise<Transition[]> {
    let query = this.database.committed.selectFrom('job_transitions').selectAll().where('seq', '>', seq);
    if (scope?.jobId !== undefined) query = query.where('job_id', '=', scope.jobId);
    else query = query.where('seq', '<=', await this.highest());
    if (scope?.jobId === undefined && scope) query = query.where('owner', '=', scope.owner);
    return (await query.orderBy('seq').limit(limit).execute()).map(toTransition);
  }

  /** The last of one job of the owner; undefined when there is no such job, and never was one lately. */
  async last(owner: Owner, jobId: string): Promise<Transition | undefined> {
    const row = await this.database.committed
      .selectFrom('job_transitions')
      .selectAll()
      .where('job_id', '=', jobId)
      .where('owner', '=', owner)
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row && toTransition(row);
  }

  /** The highest number up to which all have happened, or never will; 0 when there is none. */
  highest(): Promise<number> {
    return this.database.decided('job_transitions');
  }

  /** The number of the last transition of each of these jobs. */
  async lastOfEach(jobIds: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.database.committed
      .selectFrom('job_transitions')
      .select((eb) => ['job_id' as const, eb.fn.max('seq').as('seq')])
      .where('job_id', 'in', jobIds)
      .groupBy('job_id')
      .execute();
    return new Map(rows.map(({ job_id, seq }) => [job_id, seq]));
  }

  /**
   * Removes, of up to `limit` transitions after `seq` that are older than `before`, all but the last of
   * each job that there is.
   *
   * @returns where to go on; undefined when there is nothing older
   */
  async prune(seq: number, limit: number, before: number): Promise<number | undefined> {
    const old = (await this.after(seq, limit)).filter(({ at }) => at < before);
    if (old.length === 0) return undefined;
    const last = await this.lastOfEach([...new Set(old.map(({ jobId }) => jobId))]);
    const needless = old.filter((each) => each.type === 'job.deleted' || last.get(each.jobId) !== each.seq);
    await this.remove(needless.map((each) => each.seq));
    return old[old.length - 1].seq;
  }

  /** Forgets all of an owner who has no jobs any more. */
  async forget(owner: Owner): Promise<void> {
    await this.database.transaction((queries) =>
      queries.deleteFrom('job_transitions').where('owner', '=', owner).execute(),
    );
  }

  private async remove(seqs: readonly number[]): Promise<void> {
    if (seqs.length === 0) return;
    await this.database.transaction((queries) =>
      queries.deleteFrom('job_transitions').where('seq', 'in', seqs).execute(),
    );
  }
}

function toTransition(row: Selectable<TransitionRow>): Transition {
  const { seq, owner, type, attempt, at } = row;
  return { seq, jobId: row.job_id, owner, type, attempt, startedAt: row.started_at, at };
}
