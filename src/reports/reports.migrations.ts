import type { Migrations } from '../platform/database/database';
import type { ReportFormat, ReportStatus } from './report';

/** A row of the table of reports. */
export interface ReportRow {
  report_id: string;
  owner: string;
  name: string;
  recipient: string;
  format: ReportFormat;
  from_at: number | null;
  to_at: number | null;
  status: ReportStatus;
  error: string | null;
  blob_key: string | null;
  size_bytes: number | null;
  sha256: string | null;
  mail_id: string | null;
  created_at: number;
  started_at: number | null;
  finished_at: number | null;
  expires_at: number | null;
}

declare module '../platform/database/database' {
  interface Tables {
    reports: ReportRow;
  }
}

export const reportMigrations: Migrations = {
  '0046-reports': {
    async up(db) {
      await db.schema
        .createTable('reports')
        .addColumn('report_id', 'text', (column) => column.primaryKey())
        .addColumn('owner', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('recipient', 'text', (column) => column.notNull())
        .addColumn('format', 'text', (column) => column.notNull())
        .addColumn('from_at', 'bigint')
        .addColumn('to_at', 'bigint')
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('error', 'text')
        .addColumn('blob_key', 'text', (column) => column.unique())
        .addColumn('size_bytes', 'bigint')
        .addColumn('sha256', 'text')
        .addColumn('mail_id', 'text')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('started_at', 'bigint')
        .addColumn('finished_at', 'bigint')
        .addColumn('expires_at', 'bigint')
        .execute();
      await db.schema.createIndex('reports_by_owner').on('reports').columns(['owner', 'report_id']).execute();
      await db.schema
        .createIndex('reports_by_expiry')
        .on('reports')
        .column('expires_at')
        .where('expires_at', 'is not', null)
        .execute();
    },
  },
};
