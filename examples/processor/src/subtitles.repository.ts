import { Injectable } from '@nestjs/common';
import { contains, Database, type Job, type Migrations, type Owner, type Queries } from 'filemill/plugin-api';

export interface IndexedCue {
  readonly jobId: string;
  /** Within the file, from 1. */
  readonly position: number;
  readonly startMs: number;
  readonly text: string;
}

export interface CueHit {
  readonly jobId: string;
  readonly filename: string;
  readonly startMs: number;
  readonly text: string;
}

/** Named after the extension, so that they meet no others. Kysely wants a type here, not an interface. */
type SubtitlesTables = {
  /** Jobs whose cues are all there: only those are found. */
  subtitles_jobs: { job_id: string; owner: string; filename: string };
  subtitles_cues: { job_id: string; position: number; start_ms: number; text: string };
};

/**
 * The rows go with their job: in the transaction that deletes it, and also while the extension is not
 * installed. A listener of `JobDeleted` could promise neither.
 */
export const subtitleMigrations: Migrations = {
  '0001-search': {
    async up(db) {
      await db.schema
        .createTable('subtitles_jobs')
        .addColumn('job_id', 'text', (column) =>
          column.primaryKey().references('jobs.job_id').onDelete('cascade'),
        )
        .addColumn('owner', 'text', (column) => column.notNull())
        .addColumn('filename', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('subtitles_jobs_by_owner')
        .on('subtitles_jobs')
        .columns(['owner', 'job_id'])
        .execute();
      await db.schema
        .createTable('subtitles_cues')
        .addColumn('job_id', 'text', (column) =>
          column.notNull().references('jobs.job_id').onDelete('cascade'),
        )
        .addColumn('position', 'integer', (column) => column.notNull())
        .addColumn('start_ms', 'bigint', (column) => column.notNull())
        .addColumn('text', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('subtitles_cues_key', ['job_id', 'position'])
        .execute();
    },
  },
};

@Injectable()
export class SubtitlesRepository {
  constructor(private readonly database: Database) {}

  /** Cues that are there already stay as they are: files never change. */
  async addCues(queries: Queries, cues: readonly IndexedCue[]): Promise<void> {
    if (cues.length === 0) return;
    const rows = cues.map(({ jobId, position, startMs, text }) => ({
      job_id: jobId,
      position,
      start_ms: startMs,
      text,
    }));
    await queries
      .withTables<SubtitlesTables>()
      .insertInto('subtitles_cues')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  /** From now on the cues of the job are found. */
  async markIndexed(queries: Queries, { jobId, owner, filename }: Job): Promise<void> {
    await queries
      .withTables<SubtitlesTables>()
      .insertInto('subtitles_jobs')
      .values({ job_id: jobId, owner, filename })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  /** Which of the jobs are indexed. */
  async indexedOf(jobIds: readonly string[]): Promise<Set<string>> {
    if (jobIds.length === 0) return new Set();
    const rows = await this.database.committed
      .withTables<SubtitlesTables>()
      .selectFrom('subtitles_jobs')
      .select('job_id')
      .where('job_id', 'in', jobIds)
      .execute();
    return new Set(rows.map(({ job_id }) => job_id));
  }

  /** The owner's cues with `text` in them, the newest job first. */
  async search(owner: Owner, text: string, limit: number): Promise<CueHit[]> {
    const rows = await this.database.committed
      .withTables<SubtitlesTables>()
      .selectFrom('subtitles_jobs')
      .innerJoin('subtitles_cues', 'subtitles_cues.job_id', 'subtitles_jobs.job_id')
      .select(['subtitles_jobs.job_id', 'filename', 'start_ms', 'text'])
      .where('owner', '=', owner)
      .where((eb) => contains(eb.ref('text'), text))
      .orderBy('subtitles_jobs.job_id', 'desc')
      .orderBy('position')
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      jobId: row.job_id,
      filename: row.filename,
      startMs: row.start_ms,
      text: row.text,
    }));
  }
}
