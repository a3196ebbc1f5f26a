import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { fewFiles } from '../files/few-files';
import { giveBack } from '../files/owner-usage';
import { Database, type Queries } from '../platform/database/database';
import { contains } from '../platform/database/like';
import { statement } from '../platform/database/statement';
import type { Owner } from '../platform/http/caller.decorator';
import { BlobOwner } from '../platform/storage/blob-owner';
import { toPage, type Page } from '../platform/http/page.dto';
import type { ProblemDocument } from '../platform/http/problem';
import { ARTIFACTS, jobIdOf, type Artifact, type Outcome } from './artifact';
import type { Assignment } from './choose-processor';
import { countArrival, countEnd, uncount, uncountEnd } from './job-counts';
import {
  isSettled,
  TRANSITIONS,
  type ImportSource,
  type Job,
  type JobState,
  type Notify,
  type TransitionName,
} from './job';
import { JobSettledHooks } from './job-settled-hook';
import type { JobRow } from './jobs.migrations';
import { recordDeletion, recordTransition } from './live/transitions.repository';

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

/** What a transition changes besides the state. */
type Change = Partial<
  Pick<JobRow, 'progress' | 'result' | 'error' | 'artifacts' | 'started_at' | 'finished_at'>
>;

const insertJob = statement((queries, row: JobRow) => queries.insertInto('jobs').values(row));

const findJob = statement((queries, { jobId, owner }: { jobId: string; owner: Owner }) =>
  queries.selectFrom('jobs').selectAll().where('job_id', '=', jobId).where('owner', '=', owner),
);

/** `starts`: how many more the job has afterwards. */
const changeJob = statement(
  (queries, given: Condition & Change & { from: JobState; to: JobState; starts: number }) => {
    const { jobId, owner, attempt, from, to, starts, ...change } = given;
    let update = queries
      .updateTable('jobs')
      .set((eb) => ({
        ...change,
        status: to,
        attempt: eb('attempt', '+', starts),
        version: eb('version', '+', 1),
      }))
      .where('job_id', '=', jobId)
      .where('status', '=', from);
    if (owner !== undefined) update = update.where('owner', '=', owner);
    if (attempt !== undefined) update = update.where('attempt', '=', attempt);
    return update.returningAll();
  },
);

const UNDONE = { progress: 0, result: null, error: null, started_at: null, finished_at: null } as const;

/**
 * Every transition is one conditional write. It resolves with the job as it is afterwards, or with
 * undefined when it changed nothing: somebody else was quicker, or there is no such job. What changed is
 * written down in the same transaction, for those who follow the job; what has to come of its end is written
 * there too, by the hooks.
 */
@Injectable()
export class JobsRepository extends BlobOwner {
  override readonly prefix = ARTIFACTS;

  constructor(
    private readonly database: Database,
    private readonly hooks: JobSettledHooks,
  ) {
    super();
  }

  async insert(queries: Queries, job: Job): Promise<void> {
    await insertJob(queries, toRow(job));
    await recordTransition(queries, job, job.createdAt);
    await countArrival(queries, job, job.createdAt);
  }

  async find(owner: Owner, jobId: string): Promise<Job | undefined> {
    const [row] = (await findJob(this.database.committed, { jobId, owner })).rows;
    return row && toJob(row);
  }

  /** Those of the jobs that there are, whoever has them. */
  async findAll(jobIds: readonly string[]): Promise<Job[]> {
    if (jobIds.length === 0) return [];
    const rows = await this.database.committed
      .selectFrom('jobs')
      .selectAll()
      .where('job_id', 'in', jobIds)
      .execute();
    return rows.map(toJob);
  }

  /** Newest first. */
  list(owner: Owner, filter: JobFilter): Promise<Page<Job>> {
    return this.page(filter, owner);
  }

  /** Those of all owners, newest first. */
  listOfEveryone(filter: JobFilter): Promise<Page<Job>> {
    return this.page(filter);
  }

  start(queries: Queries, jobId: string, now: number): Promise<Job | undefined> {
    return this.transition(queries, 'start', { jobId }, now, { ...UNDONE, started_at: now });
  }

  complete(
    queries: Queries,
    start: Start,
    { result, artifacts }: Outcome,
    now: number,
  ): Promise<Job | undefined> {
    return this.transition(queries, 'complete', start, now, {
      progress: 1,
      result: JSON.stringify(result),
      artifacts: JSON.stringify(artifacts),
      finished_at: now,
    });
  }

  fail(queries: Queries, start: Start, error: ProblemDocument, now: number): Promise<Job | undefined> {
    return this.transition(queries, 'fail', start, now, { error: JSON.stringify(error), finished_at: now });
  }

  /** `attempt` may be left out by whoever holds the job's task: then nobody else can have started it. */
  requeue(
    queries: Queries,
    start: Omit<Start, 'attempt'> & Partial<Start>,
    now: number,
  ): Promise<Job | undefined> {
    return this.transition(queries, 'requeue', start, now, UNDONE);
  }

  cancel(queries: Queries, owner: Owner, jobId: string, now: number): Promise<Job | undefined> {
    return this.transition(queries, 'cancel', { owner, jobId }, now, { finished_at: now });
  }

  retry(queries: Queries, owner: Owner, jobId: string, now: number): Promise<Job | undefined> {
    return this.transition(queries, 'retry', { owner, jobId }, now, UNDONE);
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

  /** No transition, but under the same fence: the file of the job is there now. */
  async arrive(
    queries: Queries,
    { jobId, attempt }: Start,
    filename: string,
    { processor, options }: Assignment,
  ): Promise<Job | undefined> {
    const row = await queries
      .updateTable('jobs')
      .set((eb) => ({
        filename,
        processor,
        options: JSON.stringify(options),
        source: null,
        version: eb('version', '+', 1),
      }))
      .where('job_id', '=', jobId)
      .where('attempt', '=', attempt)
      .where('status', '=', 'processing')
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

  /** Jobs of any owner that were to be kept until `now` at most, the longest overdue first. */
  async expired(now: number, limit: number): Promise<{ owner: Owner; jobId: string }[]> {
    const rows = await this.database.committed
      .selectFrom('jobs')
      .select(['owner', 'job_id'])
      .where('expires_at', '<=', now)
      .orderBy('expires_at')
      .limit(limit)
      .execute();
    return rows.map(({ owner, job_id }) => ({ owner, jobId: job_id }));
  }

  async remove(queries: Queries, owner: Owner, jobId: string, now: number): Promise<Job | undefined> {
    const row = await queries
      .deleteFrom('jobs')
      .where('job_id', '=', jobId)
      .where('owner', '=', owner)
      .returningAll()
      .executeTakeFirst();
    if (!row) return undefined;
    const job = toJob(row);
    await recordDeletion(queries, job, now);
    await uncount(queries, job, now);
    return job;
  }

  /** Removes a file that no job has any more; resolves with the key of its blob, if it has one by now. */
  async removeUnusedFile(
    queries: Queries,
    fileId: string,
  ): Promise<{ readonly blobKey: string | null } | undefined> {
    // Two last jobs, deleted at the same time, must not each take the other for one that stays.
    await queries.selectFrom('files').select('file_id').where('file_id', '=', fileId).forUpdate().execute();
    const row = await queries
      .deleteFrom('files')
      .where('file_id', '=', fileId)
      .where((eb) =>
        eb.not(
          eb.exists(eb.selectFrom('jobs').select('job_id').whereRef('jobs.file_id', '=', 'files.file_id')),
        ),
      )
      .returning(['blob_key', 'owner', 'size_bytes'])
      .executeTakeFirst();
    if (!row) return undefined;
    await giveBack(queries, row.owner, { bytes: row.size_bytes ?? 0, files: 1 });
    return { blobKey: row.blob_key };
  }

  private async page(filter: JobFilter, owner?: Owner): Promise<Page<Job>> {
    const { status, processor, filename, category, tag, limit, cursor } = filter;
    const files = owner === undefined ? undefined : await fewFiles(this.database.committed, owner, filter);
    if (files?.length === 0) return toPage([], limit, () => '');
    let query = this.database.committed.selectFrom('jobs').selectAll('jobs');
    // Those of few files are found by these: the index of the owner's jobs would lead along all of them.
    if (files !== undefined)
      query = query.where('file_id', 'in', files).where(sql`jobs.owner || ''`, '=', owner!);
    else if (owner !== undefined) query = query.where('jobs.owner', '=', owner);
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

  private async transition(
    queries: Queries,
    name: TransitionName,
    { jobId, owner, attempt }: Condition,
    now: number,
    change: Change,
  ): Promise<Job | undefined> {
    const { from: states, to } = TRANSITIONS[name];
    const starts = name === 'start' ? 1 : 0;
    for (const from of states) {
      const [row] = (await changeJob(queries, { jobId, owner, attempt, ...change, from, to, starts })).rows;
      if (!row) continue;
      const job = toJob(row);
      await recordTransition(queries, job, now);
      if (isSettled(from)) await uncountEnd(queries, job, from);
      if (isSettled(from)) await countArrival(queries, job, now);
      if (isSettled(job.status)) {
        await countEnd(queries, job, now);
        await this.hooks.settled(queries, job);
      }
      return job;
    }
    return undefined;
  }
}

function toRow(job: Job): JobRow {
  return {
    job_id: job.jobId,
    owner: job.owner,
    file_id: job.fileId,
    filename: job.filename,
    processor: job.processor,
    source: job.source && JSON.stringify(job.source),
    options: JSON.stringify(job.options),
    notify: job.notify && JSON.stringify(job.notify),
    priority: job.priority,
    status: job.status,
    progress: job.progress,
    attempt: job.attempt,
    result: job.result && JSON.stringify(job.result),
    error: job.error && JSON.stringify(job.error),
    artifacts: JSON.stringify(job.artifacts),
    created_at: job.createdAt,
    started_at: job.startedAt,
    finished_at: job.finishedAt,
    expires_at: job.expiresAt,
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
    source: row.source === null ? null : (JSON.parse(row.source) as ImportSource),
    options: JSON.parse(row.options) as object,
    notify: row.notify === null ? null : (JSON.parse(row.notify) as Notify),
    priority: row.priority,
    status: row.status,
    progress: row.progress,
    attempt: row.attempt,
    result: row.result === null ? null : (JSON.parse(row.result) as object),
    error: row.error === null ? null : (JSON.parse(row.error) as ProblemDocument),
    artifacts: JSON.parse(row.artifacts) as Artifact[],
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    expiresAt: row.expires_at,
    version: row.version,
  };
}
