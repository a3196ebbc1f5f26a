import { Injectable } from '@nestjs/common';
import type { JobState } from '../../jobs/job';
import { Database } from '../../platform/database/database';
import type { Owner } from '../../platform/http/caller.decorator';
import type { ProblemDocument } from '../../platform/http/problem';

/** Why a job failed. */
export type Reason = Pick<ProblemDocument, 'code' | 'title' | 'detail'>;

/** What a report says about a job. Times are milliseconds since the Unix epoch. */
export interface ReportedJob {
  readonly jobId: string;
  readonly filename: string;
  /** Null when the file never came. */
  readonly processor: string | null;
  readonly status: JobState;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** Of the file; null when it never came. */
  readonly sizeBytes: number | null;
  /** Null unless it failed. */
  readonly reason: Reason | null;
}

/** The jobs of an owner, a page at a time, so that neither memory nor the event loop is anybody's for long. */
@Injectable()
export class ReportedJobsRepository {
  constructor(private readonly database: Database) {}

  /** Up to `limit` jobs after the job `cursor`, in the order in which they were made. */
  async page(owner: Owner, limit: number, cursor?: string): Promise<ReportedJob[]> {
    let query = this.database.committed
      .selectFrom('jobs')
      .innerJoin('files', 'files.file_id', 'jobs.file_id')
      .select([
        'jobs.job_id',
        'jobs.filename',
        'jobs.processor',
        'jobs.status',
        'jobs.error',
        'jobs.created_at',
        'jobs.started_at',
        'jobs.finished_at',
        'files.size_bytes',
      ])
      .where('jobs.owner', '=', owner);
    if (cursor !== undefined) query = query.where('jobs.job_id', '>', cursor);
    const rows = await query.orderBy('jobs.job_id').limit(limit).execute();
    return rows.map((row) => ({
      jobId: row.job_id,
      filename: row.filename,
      processor: row.processor,
      status: row.status,
      createdAt: row.created_at,
      startedAt: row.started_at,
      finishedAt: row.finished_at,
      sizeBytes: row.size_bytes,
      reason: row.error === null ? null : (JSON.parse(row.error) as Reason),
    }));
  }
}
