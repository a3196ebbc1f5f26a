import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { PURGE_BLOBS, type PurgeBlobs } from '../files/purge-blobs.handler';
import { Retention } from '../files/retention';
import { Clock } from '../platform/clock/clock';
import { Ids } from '../platform/clock/ids';
import { Database, type Alongside } from '../platform/database/database';
import { EventBus } from '../platform/events/event-bus';
import type { Owner } from '../platform/http/caller.decorator';
import type { Page } from '../platform/http/page.dto';
import { MailQueue } from '../platform/mail/mail-queue';
import { OwnedData } from '../platform/owners/owned-data';
import { BlobStore, type ByteRange } from '../platform/storage/blob-store';
import { readIntact, type RecordedBlob } from '../platform/storage/intact-bytes';
import { TaskQueue } from '../platform/tasks/task-queue';
import type { Report, ReportWish } from './report';
import { ReportNotFound, ReportNotReady } from './reports.errors';
import { ReportRequested } from './reports.events';
import { ReportsRepository } from './reports.repository';
import { COMPILE_REPORT, type CompileReport } from './reports.tasks';

/** Reports looked up at once. */
const BATCH = 100;

/** What owners do with their reports. `CompileReportHandler` makes them. */
@Injectable()
export class ReportsService extends OwnedData {
  constructor(
    private readonly reports: ReportsRepository,
    private readonly retention: Retention,
    private readonly database: Database,
    private readonly blobs: BlobStore,
    private readonly mails: MailQueue,
    private readonly tasks: TaskQueue,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {
    super();
  }

  /** Has a report made, in the background. */
  async request(
    owner: Owner,
    wish: ReportWish,
    alongside: Alongside<Report> = async () => {},
  ): Promise<Report> {
    const report: Report = {
      ...wish,
      reportId: this.ids.next(),
      owner,
      status: 'queued',
      error: null,
      file: null,
      mailId: null,
      createdAt: this.clock.now(),
      startedAt: null,
      finishedAt: null,
      expiresAt: this.retention.expiry(),
    };
    const { reportId } = report;
    const payload: CompileReport = { reportId };
    await this.database.transaction(async (queries) => {
      await this.reports.insert(queries, report);
      await this.tasks.enqueue(queries, { id: reportId, kind: COMPILE_REPORT, owner: report.owner, payload });
      await alongside(queries, report);
    });
    this.events.publish(new ReportRequested(report));
    this.tasks.nudge();
    return report;
  }

  list(owner: Owner, page: { readonly limit: number; readonly cursor?: string }): Promise<Page<Report>> {
    return this.reports.list(owner, page);
  }

  /** @throws ReportNotFound */
  async get(owner: Owner, reportId: string): Promise<Report> {
    const report = await this.reports.find(owner, reportId);
    if (!report) throw new ReportNotFound(reportId);
    return report;
  }

  /** One that is there. @throws ReportNotFound · ReportNotReady */
  async getCompleted(owner: Owner, reportId: string): Promise<Report & { readonly file: RecordedBlob }> {
    const report = await this.get(owner, reportId);
    const { file } = report;
    if (!file) throw new ReportNotReady(report);
    return { ...report, file };
  }

  /** The bytes of a report, or those of `range`. @throws BlobMissing when they are not what was stored */
  read(file: RecordedBlob, range?: ByteRange): Promise<Readable> {
    return readIntact(this.blobs, file, range);
  }

  /** Deletes a report in whatever state. A mail that waits is not sent any more. @throws ReportNotFound */
  async delete(owner: Owner, reportId: string): Promise<void> {
    await this.database.transaction(async (queries) => {
      const report = await this.reports.remove(queries, owner, reportId);
      if (!report) throw new ReportNotFound(reportId);
      await this.tasks.revoke(queries, reportId);
      if (report.mailId !== null) await this.mails.withdraw(queries, report.mailId);
      if (!report.file) return;
      const payload: PurgeBlobs = { keys: [report.file.blobKey] };
      await this.tasks.enqueue(queries, { kind: PURGE_BLOBS, payload });
    });
    this.tasks.nudge();
  }

  override async deleteOwned(owner: Owner): Promise<void> {
    let entries;
    do {
      ({ entries } = await this.reports.list(owner, { limit: BATCH }));
      for (const { reportId } of entries) await this.deleteIfThere(owner, reportId);
    } while (entries.length > 0);
  }

  /** Deletes reports whose time is over; resolves with whether there may be more. */
  async deleteExpired(): Promise<boolean> {
    const expired = await this.reports.expired(this.clock.now(), BATCH);
    for (const { owner, reportId } of expired) await this.deleteIfThere(owner, reportId);
    return expired.length === BATCH;
  }

  private async deleteIfThere(owner: Owner, reportId: string): Promise<void> {
    try {
      await this.delete(owner, reportId);
    } catch (error) {
      if (!(error instanceof ReportNotFound)) throw error; // somebody was quicker
    }
  }
}
