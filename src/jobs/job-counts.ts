import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { DAY_MS, MINUTE_MS } from '../platform/clock/durations';
import { Database, type Migrations, type Queries } from '../platform/database/database';
import { statement } from '../platform/database/statement';
import type { Owner } from '../platform/http/caller.decorator';
import { isSettled, type Job, type JobState } from './job';

/** For how long minutes are kept apart; then they are part of their day. */
export const MINUTES_KEPT_MS = 3 * 60 * MINUTE_MS;

/** A job that came in: new, or retried by its owner. */
const ARRIVED = 'arrived';
/** A job that was deleted before it had ended. */
const REMOVED = 'removed';
/** Transitions that tell one moment from another: not the last alone, since one with a smaller number may be committed later. */
const LAST = 100;
/** The minute of a row that counts a whole day. */
const WHOLE_DAY = 0;

type Outcome = JobState | typeof ARRIVED | typeof REMOVED;

/** Of these only the last hours matter: how the queue grew and shrank. */
const FLOWS: readonly Outcome[] = [ARRIVED, REMOVED];

/**
 * Settled jobs of an owner, kept in every transaction that settles, retries or deletes one. What ends within a
 * minute has a row; older minutes are added to the row of the day on which their jobs were made. Sums over a
 * day hold at any time, whether merged or not.
 */
interface JobCountRow {
  owner: string;
  /** When the jobs were made: midnight UTC, ms since the Unix epoch. */
  day: number;
  /** When it happened: the begin of the minute, or {@link WHOLE_DAY}. */
  minute: number;
  /** Empty when a job never had one. */
  processor: string;
  outcome: Outcome;
  jobs: number;
}

declare module '../platform/database/database' {
  interface Tables {
    job_counts: JobCountRow;
  }
}

export const jobCountMigrations: Migrations = {
  '0025-job-counts': {
    async up(db: Queries) {
      await db.schema
        .createTable('job_counts')
        .addColumn('owner', 'text', (column) => column.notNull())
        .addColumn('day', 'bigint', (column) => column.notNull())
        .addColumn('minute', 'bigint', (column) => column.notNull())
        .addColumn('processor', 'text', (column) => column.notNull())
        .addColumn('outcome', 'text', (column) => column.notNull())
        .addColumn('jobs', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('job_counts_key', ['owner', 'day', 'minute', 'processor', 'outcome'])
        .execute();
      await db.schema
        .createIndex('job_counts_by_minute')
        .on('job_counts')
        .column('minute')
        .where('minute', '>', WHOLE_DAY)
        .execute();
      await sql`
        insert into job_counts (owner, day, minute, processor, outcome, jobs)
        select owner, created_at - created_at % ${sql.lit(DAY_MS)}, 0, coalesce(processor, ''), status, count(*)
        from jobs where status in ('completed', 'failed', 'cancelled')
        group by 1, 2, 4, 5`.execute(db);
    },
  },
};

const addToCount = statement((queries, row: JobCountRow) =>
  queries
    .insertInto('job_counts')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['owner', 'day', 'minute', 'processor', 'outcome'])
        .doUpdateSet((eb) => ({ jobs: eb('job_counts.jobs', '+', row.jobs) })),
    ),
);

/** A job waits, as it did not before. */
export async function countArrival(queries: Queries, job: Job, now: number): Promise<void> {
  await add(queries, job, ARRIVED, minuteOf(now), 1);
}

/** A job has settled. */
export async function countEnd(queries: Queries, job: Job, now: number): Promise<void> {
  await add(queries, job, job.status, minuteOf(now), 1);
}

/** A job that had settled is to be run again; in the minute in which it had ended, it still did. */
export async function uncountEnd(queries: Queries, job: Job, was: JobState): Promise<void> {
  await add(queries, job, was, WHOLE_DAY, -1);
}

/** A job is gone. */
export async function uncount(queries: Queries, job: Job, now: number): Promise<void> {
  if (isSettled(job.status)) await uncountEnd(queries, job, job.status);
  else await add(queries, job, REMOVED, minuteOf(now), 1);
}

async function add(
  queries: Queries,
  { owner, createdAt, processor }: Pick<Job, 'owner' | 'createdAt' | 'processor'>,
  outcome: Outcome,
  minute: number,
  jobs: number,
): Promise<void> {
  const day = createdAt - (createdAt % DAY_MS);
  await addToCount(queries, { owner, day, minute, processor: processor ?? '', outcome, jobs });
}

function minuteOf(now: number): number {
  return now - (now % MINUTE_MS);
}

/** Databases may give sums as text, since they can be longer than numbers. */
type Sum = number | string;

/** How many jobs of a day, a processor and a state there are. */
export interface JobCount {
  /** Midnight UTC, ms since the Unix epoch. */
  readonly day: number;
  readonly processor: string | null;
  readonly status: JobState;
  readonly jobs: number;
}

/** What happened to how many jobs in a minute. */
export interface MinuteCount {
  /** Begin of the minute, ms since the Unix epoch. */
  readonly minute: number;
  readonly processor: string | null;
  readonly outcome: Outcome;
  readonly jobs: number;
}

/** How many jobs each owner has. */
@Injectable()
export class JobCounts {
  constructor(private readonly database: Database) {}

  /**
   * Changes with every change of the owner's jobs and files. Read before what it is to stand for: what is read
   * after it is at least as new.
   */
  async version(owner: Owner): Promise<string> {
    const last = await this.database.committed
      .selectFrom((eb) =>
        eb
          .selectFrom('job_transitions')
          .select('seq')
          .where('owner', '=', owner)
          .orderBy('seq', 'desc')
          .limit(LAST)
          .as('last'),
      )
      .select((eb) => [eb.fn.max('seq').as('highest'), eb.fn.sum<Sum>('seq').as('sum')])
      .executeTakeFirst();
    const usage = await this.database.committed
      .selectFrom('owner_usage')
      .select(['bytes', 'files'])
      .where('owner', '=', owner)
      .executeTakeFirst();
    return [last?.highest, last?.sum, usage?.bytes, usage?.files].join();
  }

  /** As of one moment: settled ones from their counts, the others, which are few, one by one. */
  async all(owner: Owner): Promise<JobCount[]> {
    const rows = await this.database.committed
      .selectFrom('job_counts')
      .select((eb) => ['day', 'processor', 'outcome as status', eb.fn.sum<Sum>('jobs').as('jobs')])
      .where('owner', '=', owner)
      .where('outcome', 'not in', FLOWS)
      .groupBy(['day', 'processor', 'outcome'])
      .unionAll((eb) =>
        eb
          .selectFrom('jobs')
          .select((of) => [
            sql<number>`created_at - created_at % ${sql.lit(DAY_MS)}`.as('day'),
            of.fn.coalesce('processor', of.val('')).as('processor'),
            'status',
            of.fn.countAll<Sum>().as('jobs'),
          ])
          .where('owner', '=', owner)
          .where('status', 'in', ['pending', 'processing'])
          .groupBy([sql`1`, sql`2`, 'status']),
      )
      .execute();
    return rows
      .map(({ day, processor, status, jobs }) => ({
        day,
        processor: processor || null,
        status: status as JobState,
        jobs: Number(jobs),
      }))
      .filter(({ jobs }) => jobs > 0);
  }

  /** What happened since, minute by minute; as far back as {@link MINUTES_KEPT_MS}. */
  async since(owner: Owner, from: number): Promise<MinuteCount[]> {
    const rows = await this.database.committed
      .selectFrom('job_counts')
      .select((eb) => ['minute', 'processor', 'outcome', eb.fn.sum<Sum>('jobs').as('jobs')])
      .where('owner', '=', owner)
      .where('minute', '>', WHOLE_DAY)
      .where('minute', '>=', from)
      .groupBy(['minute', 'processor', 'outcome'])
      .execute();
    return rows.map(({ minute, processor, outcome, jobs }) => ({
      minute,
      outcome,
      processor: processor || null,
      jobs: Number(jobs),
    }));
  }

  /** Adds minutes before `before` to their days, as one change, and drops what counts nothing. */
  async merge(before: number): Promise<void> {
    await this.database.transaction(async (queries) => {
      const old = queries
        .selectFrom('job_counts')
        .where('minute', '>', WHOLE_DAY)
        .where('minute', '<', before);
      const merged = await old
        .select((eb) => ['owner', 'day', 'processor', 'outcome', eb.fn.sum<Sum>('jobs').as('jobs')])
        .where('outcome', 'not in', FLOWS)
        .groupBy(['owner', 'day', 'processor', 'outcome'])
        .execute();
      for (const { owner, day, processor, outcome, jobs } of merged)
        await add(queries, { owner, createdAt: day, processor }, outcome, WHOLE_DAY, Number(jobs));
      await queries
        .deleteFrom('job_counts')
        .where('minute', '>', WHOLE_DAY)
        .where('minute', '<', before)
        .execute();
    });
  }

  /** Nothing of an owner stays. */
  async forget(owner: Owner): Promise<void> {
    await this.database.transaction((queries) =>
      queries.deleteFrom('job_counts').where('owner', '=', owner).execute(),
    );
  }
}
