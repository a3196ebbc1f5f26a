import type { Migrations } from '../platform/database/database';
import type { Priority } from '../platform/tasks/task-queue';
import type { JobState } from './job';
import { jobCountMigrations } from './job-counts';
import { transitionMigrations } from './live/transitions.repository';

/** A row of the table of jobs. */
export interface JobRow {
  job_id: string;
  owner: string;
  file_id: string;
  /** That of the file, which never changes: a job is read without a join. */
  filename: string;
  /** Null until the file is there. */
  processor: string | null;
  source: string | null;
  options: string;
  notify: string | null;
  priority: Priority;
  status: JobState;
  progress: number;
  attempt: number;
  result: string | null;
  error: string | null;
  artifacts: string;
  created_at: number;
  started_at: number | null;
  finished_at: number | null;
  /** That of the file. */
  expires_at: number | null;
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
        .addColumn('processor', 'text')
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('progress', 'double precision', (column) => column.notNull())
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
  '0006-job-options': {
    async up(db) {
      await db.schema
        .alterTable('jobs')
        .addColumn('options', 'text', (column) => column.notNull().defaultTo('{}'))
        .execute();
    },
  },
  '0010-job-expiry': {
    async up(db) {
      await db.schema.alterTable('jobs').addColumn('expires_at', 'bigint').execute();
      await db.schema
        .createIndex('jobs_by_expiry')
        .on('jobs')
        .column('expires_at')
        .where('expires_at', 'is not', null)
        .execute();
    },
  },
  '0011-job-source': {
    async up(db) {
      await db.schema.alterTable('jobs').addColumn('source', 'text').execute();
    },
  },
  '0027-job-notify': {
    async up(db) {
      await db.schema.alterTable('jobs').addColumn('notify', 'text').execute();
    },
  },
  '0056-job-priority': {
    async up(db) {
      await db.schema
        .alterTable('jobs')
        .addColumn('priority', 'text', (column) => column.notNull().defaultTo('normal'))
        .execute();
    },
  },
  ...transitionMigrations,
  ...jobCountMigrations,
};
