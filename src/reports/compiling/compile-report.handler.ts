import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock';
import { mayHaveCommitted } from '../../platform/database/database.errors';
import { Database } from '../../platform/database/database';
import { DomainError } from '../../platform/errors/domain-error';
import { EventBus } from '../../platform/events/event-bus';
import { AddressLimit } from '../../platform/mail/address-limit';
import { MailQueue } from '../../platform/mail/mail-queue';
import type { RecordedBlob } from '../../platform/storage/intact-bytes';
import { LeaseLost, ShuttingDown, TaskHandler, type RunningTask } from '../../platform/tasks/task-handler';
import { TaskQueue } from '../../platform/tasks/task-queue';
import { CONTENT_TYPES, fileNameOf, type Report } from '../report';
import { ReportCompleted, ReportFailed } from '../reports.events';
import { ReportsRepository } from '../reports.repository';
import { COMPILE_REPORT, type CompileReport } from '../reports.tasks';
import type { Figures } from './figures';
import { ReportCompiler } from './report-compiler';
import { reportReadyMail } from './report-ready.mail';

const UNFINISHED = 'Every try ended with its process.';
const FAULT = 'It could not be compiled.';

/** Leads a report from its task to its end: the report is there, its mail waits and the task is done, all at once. */
@Injectable()
export class CompileReportHandler extends TaskHandler<CompileReport> {
  override readonly kind = COMPILE_REPORT;
  override readonly concurrency = 1; // it reads many jobs
  override readonly maxAttempts = 5;
  private readonly logger = new Logger(CompileReportHandler.name);

  constructor(
    private readonly reports: ReportsRepository,
    private readonly compiler: ReportCompiler,
    private readonly mails: MailQueue,
    private readonly limit: AddressLimit,
    private readonly tasks: TaskQueue,
    private readonly database: Database,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async run(task: RunningTask<CompileReport>): Promise<void> {
    const report = await this.begin(task);
    if (!report) return; // deleted
    try {
      await this.compile(task, report, report.startedAt ?? this.clock.now());
    } catch (error) {
      await this.recordFault(task, report, error);
    }
  }

  override async abandon({ payload }: RunningTask<CompileReport>): Promise<void> {
    const failed = await this.database.transaction((queries) =>
      this.reports.fail(queries, payload.reportId, UNFINISHED, this.clock.now()),
    );
    if (failed) this.events.publish(new ReportFailed(failed));
  }

  private begin(task: RunningTask<CompileReport>): Promise<Report | undefined> {
    return this.database.transaction(
      async (queries) => {
        await task.hold(queries);
        return this.reports.start(queries, task.payload.reportId, this.clock.now());
      },
      { durable: false },
    );
  }

  private async compile(task: RunningTask, report: Report, asOf: number): Promise<void> {
    const figures = await this.compiler.figures(report, asOf, task.signal);
    const file = await this.compiler.store(report, figures, asOf, task.signal);
    try {
      this.events.publish(new ReportCompleted(await this.settle(task, report, figures, file)));
    } catch (error) {
      // A database that went away may have committed: then the sweep finds out.
      if (!mayHaveCommitted(error)) await this.compiler.discard(file);
      throw error;
    }
    this.tasks.nudge();
  }

  private async settle(
    task: RunningTask,
    report: Report,
    figures: Figures,
    file: RecordedBlob,
  ): Promise<Report> {
    const { reportId, recipient, format } = report;
    const attachment = {
      filename: fileNameOf(report),
      contentType: CONTENT_TYPES[format],
      blobKey: file.blobKey,
    };
    const isMailed = await this.limit.allows(recipient);
    return this.database.transaction(async (queries) => {
      await task.complete(queries);
      const mail = isMailed ? reportReadyMail(report, figures, attachment) : undefined;
      const mailId = mail ? await this.mails.enqueue(queries, mail, report.owner) : null;
      const completed = await this.reports.complete(queries, reportId, { file, mailId }, this.clock.now());
      if (!completed) throw new LeaseLost(task.id); // deleted, and its task with it
      return completed;
    });
  }

  private async recordFault(task: RunningTask, report: Report, error: unknown): Promise<void> {
    if (error instanceof LeaseLost) throw error;
    if (error instanceof ShuttingDown) {
      await this.database.transaction(async (queries) => {
        await task.release(queries);
        await this.reports.requeue(queries, report.reportId);
      });
      return;
    }
    this.logger.warn(
      `Report ${report.reportId}, try ${task.attempt} of ${this.maxAttempts}: ${describe(error)}`,
    );
    const reason = error instanceof DomainError ? error.problem.title : FAULT;
    const failed = await this.database.transaction(async (queries) => {
      if ((await task.retry(queries, error)) === 'dead')
        return this.reports.fail(queries, report.reportId, reason, this.clock.now());
      await this.reports.requeue(queries, report.reportId);
      return undefined;
    });
    if (failed) this.events.publish(new ReportFailed(failed));
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
