import { Injectable } from '@nestjs/common';
import type { Updateable } from 'kysely';
import { Database, type Queries } from '../platform/database/database';
import type { Owner } from '../platform/http/caller.decorator';
import { toPage, type Page } from '../platform/http/page.dto';
import { BlobOwner } from '../platform/storage/blob-owner';
import type { Report, ReportStatus } from './report';
import type { ReportRow } from './reports.migrations';

/** First part of the keys of reports. */
export const REPORTS = 'reports';

/**
 * Every change of a status is one conditional write. It resolves with the report as it is afterwards, or with undefined
 * when it changed nothing: the report is gone, or is past that.
 */
@Injectable()
export class ReportsRepository extends BlobOwner {
  override readonly prefix = REPORTS;

  constructor(private readonly database: Database) {
    super();
  }

  async insert(queries: Queries, report: Report): Promise<void> {
    await queries.insertInto('reports').values(toRow(report)).execute();
  }

  async find(owner: Owner, reportId: string): Promise<Report | undefined> {
    const row = await this.database.committed
      .selectFrom('reports')
      .selectAll()
      .where('report_id', '=', reportId)
      .where('owner', '=', owner)
      .executeTakeFirst();
    return row && toReport(row);
  }

  /** Newest first. */
  async list(
    owner: Owner,
    { limit, cursor }: { readonly limit: number; readonly cursor?: string },
  ): Promise<Page<Report>> {
    let query = this.database.committed.selectFrom('reports').selectAll().where('owner', '=', owner);
    if (cursor !== undefined) query = query.where('report_id', '<', cursor);
    const rows = await query
      .orderBy('report_id', 'desc')
      .limit(limit + 1)
      .execute();
    return toPage(rows.map(toReport), limit, ({ reportId }) => reportId);
  }

  /** One that failed may be begun again: an administrator had its task tried once more. */
  start(queries: Queries, reportId: string, now: number): Promise<Report | undefined> {
    const change = { status: 'running', error: null, started_at: now, finished_at: null } as const;
    return this.change(queries, reportId, ['queued', 'running', 'failed'], change);
  }

  complete(
    queries: Queries,
    reportId: string,
    { file, mailId }: Required<Pick<Report, 'mailId'>> & { readonly file: NonNullable<Report['file']> },
    now: number,
  ): Promise<Report | undefined> {
    return this.change(queries, reportId, ['running'], {
      status: 'completed',
      blob_key: file.blobKey,
      size_bytes: file.sizeBytes,
      sha256: file.sha256,
      mail_id: mailId,
      finished_at: now,
    });
  }

  fail(queries: Queries, reportId: string, error: string, now: number): Promise<Report | undefined> {
    return this.change(queries, reportId, ['queued', 'running'], {
      status: 'failed',
      error,
      finished_at: now,
    });
  }

  /** It waits for another try. */
  requeue(queries: Queries, reportId: string): Promise<Report | undefined> {
    return this.change(queries, reportId, ['running'], { status: 'queued', started_at: null });
  }

  async remove(queries: Queries, owner: Owner, reportId: string): Promise<Report | undefined> {
    const row = await queries
      .deleteFrom('reports')
      .where('report_id', '=', reportId)
      .where('owner', '=', owner)
      .returningAll()
      .executeTakeFirst();
    return row && toReport(row);
  }

  /** Reports of any owner that were to be kept until `now` at most, the longest overdue first. */
  async expired(now: number, limit: number): Promise<Pick<Report, 'owner' | 'reportId'>[]> {
    const rows = await this.database.committed
      .selectFrom('reports')
      .select(['owner', 'report_id'])
      .where('expires_at', '<=', now)
      .orderBy('expires_at')
      .limit(limit)
      .execute();
    return rows.map(({ owner, report_id }) => ({ owner, reportId: report_id }));
  }

  override async ownedBlobs(keys: readonly string[]): Promise<Set<string>> {
    if (keys.length === 0) return new Set();
    const rows = await this.database.committed
      .selectFrom('reports')
      .select('blob_key')
      .where('blob_key', 'in', keys)
      .execute();
    return new Set(rows.flatMap(({ blob_key }) => blob_key ?? []));
  }

  private async change(
    queries: Queries,
    reportId: string,
    from: readonly ReportStatus[],
    change: Updateable<ReportRow>,
  ): Promise<Report | undefined> {
    const row = await queries
      .updateTable('reports')
      .set(change)
      .where('report_id', '=', reportId)
      .where('status', 'in', from)
      .returningAll()
      .executeTakeFirst();
    return row && toReport(row);
  }
}

function toRow(report: Report): ReportRow {
  return {
    report_id: report.reportId,
    owner: report.owner,
    name: report.name,
    recipient: report.recipient,
    format: report.format,
    from_at: report.from,
    to_at: report.to,
    status: report.status,
    error: report.error,
    blob_key: report.file?.blobKey ?? null,
    size_bytes: report.file?.sizeBytes ?? null,
    sha256: report.file?.sha256 ?? null,
    mail_id: report.mailId,
    created_at: report.createdAt,
    started_at: report.startedAt,
    finished_at: report.finishedAt,
    expires_at: report.expiresAt,
  };
}

function toReport(row: ReportRow): Report {
  const { blob_key: blobKey, size_bytes: sizeBytes, sha256 } = row;
  return {
    reportId: row.report_id,
    owner: row.owner,
    name: row.name,
    recipient: row.recipient,
    format: row.format,
    from: row.from_at,
    to: row.to_at,
    status: row.status,
    error: row.error,
    file: blobKey === null ? null : { blobKey, sizeBytes: sizeBytes!, sha256: sha256! },
    mailId: row.mail_id,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    expiresAt: row.expires_at,
  };
}
