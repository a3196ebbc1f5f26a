import { Injectable } from '@nestjs/common';
import type { Updateable } from 'kysely';
import { Database, type Migrations, type Queries } from '../platform/database/database';
import { contains } from '../platform/database/like';
import type { Owner } from '../platform/http/caller.decorator';
import { BlobOwner } from '../platform/storage/blob-owner';
import { toPage, type Page } from '../platform/http/page.dto';
import type { ProblemDocument } from '../platform/http/problem';
import { ARTIFACTS, jobIdOf, type Artifact, type Outcome } from './artifact';
import { TRANSITIONS, type Job, type JobState, type TransitionName } from './job';

interface JobRow {
  job_id: string;
  owner: string;
  file_id: string;
  /** That of the file, which never changes: a job is read without a join. */
  filename: string;
  processor: string;
  status: JobState;
  progress: number;
  attempt: number;
  result: string | null;
  error: string | null;
  artifacts: string;
  created_at: number;
  started_at: number | null;
  finished_at: number | null;
  version: number;
}

declare module '../platform/database/database' {
  interface Tables {
    jobs: JobRow;
  }
}

export const jobMigrations: Migrations = {
  '0003-jobs': {
    async up(db) {
      await db.schema
        .createTable('jobs')
        .addColumn('job_id', 'text', (column) => column.primaryKey())
        .addColumn('owner', 'text', (column) => column.notNull())
        .addColumn('file_id', 'text', (column) => column.notNull().references('files.file_id'))
        .addColumn('filename', 'text', (column) => column.notNull())
        .addColumn('processor', 'text', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('progress', 'real', (column) => column.notNull())
        .addColumn('attempt', 'integer', (column) => column.notNull())
        .addColumn('result', 'text')
        .addColumn('error', 'text')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('started_at', 'bigint')
        .addColumn('finished_at', 'bigint')
        .addColumn('version', 'integer', (column) => column.notNull())
        .execute();
      await db.schema.createIndex('jobs_by_owner').on('jobs').columns(['owner', 'job_id']).execute();
      await db.schema
        .createIndex('jobs_by_status')
        .on('jobs')
        .columns(['owner', 'status', 'job_id'])
        .execute();
      await db.schema.createIndex('jobs_by_file').on('jobs').column('file_id').execute();
    },
  },
  '0004-artifacts': {
    async up(db) {
      await db.schema
        .alterTable('jobs')
        .addColumn('artifacts', 'text', (column) => column.notNull().defaultTo('[]'))
        .execute();
    },
  },
};

export interface JobFilter {
  readonly status?: JobState;
  readonly processor?: string;
  readonly category?: string;
  readonly tag?: string;
  /** Part of the file's name, whatever its case. */
  readonly filename?: string;
  readonly limit: number;
  readonly cursor?: string;
}

/** One start of a job: what its worker may report on. */
export interface Start {
  readonly jobId: string;
  readonly attempt: number;
}

interface Condition {
  readonly jobId: string;
  readonly owner?: Owner;
  readonly attempt?: number;
}

const UNDONE = { progress: 0, result: null, error: null, started_at: null, finished_at: null } as const;

/**
 * Every transition is one conditional write. It resolves with the job as it is afterwards, or with
 * undefined when it changed nothing: somebody else was quicker, or there is no such job.
 */
@Injectable()
export class JobsRepository extends BlobOwner {
  override readonly prefix = ARTIFACTS;

  constructor(private readonly database: Database) {
    super();
  }

  async insert(queries: Queries, job: Job): Promise<void> {
    await queries.insertInto('jobs').values(toRow(job)).execute();
  }

  async find(owner: Owner, jobId: string): Promise<Job | undefined> {
    const row = await this.database.committed
      .selectFrom('jobs')
      .selectAll()
      .where('job_id', '=', jobId)
      .where('owner', '=', owner)
      .executeTakeFirst();
    return row && toJob(row);
  }

  /** Newest first. */
  async list(owner: Owner, filter: JobFilter): Promise<Page<Job>> {
    const { status, processor, filename, category, tag, limit, cursor } = filter;
    let query = this.database.committed.selectFrom('jobs').selectAll('jobs').where('jobs.owner', '=', owner);
    if (cursor !== undefined) query = query.where('job_id', '<', cursor);
    if (status !== undefined) query = query.where('status', '=', status);
    if (processor !== undefined) query = query.where('processor', '=', processor);
    if (filename !== undefined) query = query.where((eb) => contains(eb.ref('jobs.filename'), filename));
    if (category !== undefined) {
      query = query.where((eb) =>
        eb.exists(
          eb
            .selectFrom('files')
            .select('files.file_id')
            .whereRef('files.file_id', '=', 'jobs.file_id')
            .where('category', '=', category),
        ),
      );
    }
    if (tag !== undefined) {
      query = query.where((eb) =>
        eb.exists(
          eb
            .selectFrom('file_tags')
            .select('file_tags.file_id')
            .whereRef('file_tags.file_id', '=', 'jobs.file_id')
            .where('tag', '=', tag),
        ),
      );
    }
    const rows = await query
      .orderBy('job_id', 'desc')
      .limit(limit + 1)
      .execute();
    return toPage(rows.map(toJob), limit, ({ jobId }) => jobId);
  }

  start(queries: Queries, jobId: string, now: number): Promise<Job | undefined> {
    return this.transition(queries, 'start', { jobId }, { ...UNDONE, started_at: now }, 1);
  }

  complete(
    queries: Queries,
    start: Start,
    { result, artifacts }: Outcome,
    now: number,
  ): Promise<Job | undefined> {
    return this.transition(queries, 'complete', start, {
      progress: 1,
      result: JSON.stringify(result),
      artifacts: JSON.stringify(artifacts),
      finished_at: now,
    });
  }

  fail(queries: Queries, start: Start, error: ProblemDocument, now: number): Promise<Job | undefined> {
    return this.transition(queries, 'fail', start, { error: JSON.stringify(error), finished_at: now });
  }

  /** `attempt` may be left out by whoever holds the job's task: then nobody else can have started it. */
  requeue(queries: Queries, start: Omit<Start, 'attempt'> & Partial<Start>): Promise<Job | undefined> {
    return this.transition(queries, 'requeue', start, UNDONE);
  }

  cancel(queries: Queries, owner: Owner, jobId: string, now: number): Promise<Job | undefined> {
    return this.transition(queries, 'cancel', { owner, jobId }, { finished_at: now });
  }

  retry(queries: Queries, owner: Owner, jobId: string): Promise<Job | undefined> {
    return this.transition(queries, 'retry', { owner, jobId }, UNDONE);
  }

  /** No transition, but under the same fence: only the start that runs may report. */
  async reportProgress(
    queries: Queries,
    { jobId, attempt }: Start,
    progress: number,
  ): Promise<Job | undefined> {
    const row = await queries
      .updateTable('jobs')
      .set((eb) => ({ progress, version: eb('version', '+', 1) }))
      .where('job_id', '=', jobId)
      .where('attempt', '=', attempt)
      .where('status', '=', 'processing')
      .where('progress', '<', progress)
      .returningAll()
      .executeTakeFirst();
    return row && toJob(row);
  }

  override async ownedBlobs(keys: readonly string[]): Promise<Set<string>> {
    const jobIds = [...new Set(keys.map(jobIdOf))];
    if (jobIds.length === 0) return new Set();
    const rows = await this.database.committed
      .selectFrom('jobs')
      .select('artifacts')
      .where('job_id', 'in', jobIds)
      .execute();
    return new Set(
      rows.flatMap(({ artifacts }) => (JSON.parse(artifacts) as Artifact[]).map(({ blobKey }) => blobKey)),
    );
  }

  async remove(queries: Queries, owner: Owner, jobId: string): Promise<Job | undefined> {
    const row = await queries
      .deleteFrom('jobs')
      .where('job_id', '=', jobId)
      .where('owner', '=', owner)
      .returningAll()
      .executeTakeFirst();
    return row && toJob(row);
  }

  /** Removes a file that no job has any more; resolves with the key of its blob. */
  async removeUnusedFile(queries: Queries, fileId: string): Promise<string | undefined> {
    const row = await queries
      .deleteFrom('files')
      .where('file_id', '=', fileId)
      .where((eb) =>
        eb.not(
          eb.exists(eb.selectFrom('jobs').select('job_id').whereRef('jobs.file_id', '=', 'files.file_id')),
        ),
      )
      .returning('blob_key')
      .executeTakeFirst();
    return row?.blob_key;
  }

  private async transition(
    queries: Queries,
    name: TransitionName,
    { jobId, owner, attempt }: Condition,
    change: Updateable<JobRow>,
    starts: 0 | 1 = 0,
  ): Promise<Job | undefined> {
    const { from, to } = TRANSITIONS[name];
    let update = queries
      .updateTable('jobs')
      .set((eb) => ({
        ...change,
        status: to,
        attempt: eb('attempt', '+', starts),
        version: eb('version', '+', 1),
      }))
      .where('job_id', '=', jobId)
      .where('status', 'in', from);
    if (owner !== undefined) update = update.where('owner', '=', owner);
    if (attempt !== undefined) update = update.where('attempt', '=', attempt);
    const row = await update.returningAll().executeTakeFirst();
    return row && toJob(row);
  }
}

function toRow(job: Job): JobRow {
  return {
    job_id: job.jobId,
    owner: job.owner,
    file_id: job.fileId,
    filename: job.filename,
    processor: job.processor,
    status: job.status,
    progress: job.progress,
    attempt: job.attempt,
    result: job.result && JSON.stringify(job.result),
    error: job.error && JSON.stringify(job.error),
    artifacts: JSON.stringify(job.artifacts),
    created_at: job.createdAt,
    started_at: job.startedAt,
    finished_at: job.finishedAt,
    version: job.version,
  };
}

function toJob(row: JobRow): Job {
  return {
    jobId: row.job_id,
    owner: row.owner,
    fileId: row.file_id,
    filename: row.filename,
    processor: row.processor,
    status: row.status,
    progress: row.progress,
    attempt: row.attempt,
    result: row.result === null ? null : (JSON.parse(row.result) as object),
    error: row.error === null ? null : (JSON.parse(row.error) as ProblemDocument),
    artifacts: JSON.parse(row.artifacts) as Artifact[],
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    version: row.version,
  };
}
