import { Injectable, Logger, type OnApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import {
  ApiKeyCreated,
  ApiKeyRevoked,
  PasswordChanged,
  UserLoggedIn,
  UserLoggedOut,
  UserRegistered,
} from '../accounts/accounts.events';
import { UsersRepository } from '../accounts/users.repository';
import { FileDownloaded } from '../files/files.events';
import { Clock, type Cancel } from '../platform/clock/clock';
import type { Queries } from '../platform/database/database';
import { ANONYMOUS, type Owner } from '../platform/http/caller.decorator';
import { ReportCompleted, ReportFailed, ReportRequested } from '../reports/reports.events';
import { ActivityLog } from './activity.log';
import type { ActivityType, Happening } from './activity.repository';

/** For how long happenings are collected, so that many are written at once. */
const FLUSH_MS = 200;
/** Written at once. */
const BATCH = 200;
/** How many wait at most: whatever comes while the database cannot take them is not written down. */
const CAPACITY = 10_000;

/**
 * Writes down what happens to accounts, downloads and reports: behind the requests, many at once. Unlike what becomes of
 * jobs this is known from events alone, so the last moment of a process that is killed is lost.
 */
@Injectable()
export class ActivityBuffer implements OnModuleDestroy, OnApplicationShutdown {
  private readonly logger = new Logger(ActivityBuffer.name);
  private readonly waiting: Happening[] = [];
  private lost = 0;
  private running: Promise<void> = Promise.resolve();
  private cancel: Cancel | undefined;

  constructor(
    private readonly log: ActivityLog,
    private readonly users: UsersRepository,
    private readonly clock: Clock,
  ) {}

  async onModuleDestroy(): Promise<void> {
    await this.flush();
  }

  /** What requests did that were still under way. */
  async onApplicationShutdown(): Promise<void> {
    await this.flush();
  }

  @OnEvent(UserRegistered.type)
  onRegistered({ userId }: UserRegistered): void {
    this.add(userId, UserRegistered.type, 'Registered');
  }

  @OnEvent(UserLoggedIn.type)
  onLoggedIn({ userId }: UserLoggedIn): void {
    this.add(userId, UserLoggedIn.type, 'Logged in');
  }

  @OnEvent(UserLoggedOut.type)
  onLoggedOut({ userId }: UserLoggedOut): void {
    this.add(userId, UserLoggedOut.type, 'Logged out');
  }

  @OnEvent(PasswordChanged.type)
  onPasswordChanged({ userId }: PasswordChanged): void {
    this.add(userId, PasswordChanged.type, 'Changed the password');
  }

  @OnEvent(ApiKeyCreated.type)
  onKeyCreated({ userId, name }: ApiKeyCreated): void {
    this.add(userId, ApiKeyCreated.type, `Created an API key: ${name}`);
  }

  @OnEvent(ApiKeyRevoked.type)
  onKeyRevoked({ userId, keyId }: ApiKeyRevoked): void {
    this.add(userId, ApiKeyRevoked.type, `Revoked an API key: ${keyId}`);
  }

  @OnEvent(FileDownloaded.type)
  onDownloaded({ file }: FileDownloaded): void {
    this.add(file.owner, FileDownloaded.type, `Downloaded: ${file.filename}`);
  }

  @OnEvent(ReportRequested.type)
  onReportRequested({ report }: ReportRequested): void {
    this.add(report.owner, ReportRequested.type, `Asked for a report: ${report.name}`);
  }

  @OnEvent(ReportCompleted.type)
  onReportCompleted({ report }: ReportCompleted): void {
    this.add(report.owner, ReportCompleted.type, `Compiled a report: ${report.name}`);
  }

  @OnEvent(ReportFailed.type)
  onReportFailed({ report }: ReportFailed): void {
    this.add(report.owner, ReportFailed.type, `Could not compile a report: ${report.name}`);
  }

  /** Resolves when all that has happened so far is written down, or the database does not take it. */
  flush(): Promise<void> {
    this.cancel?.();
    this.cancel = undefined;
    return (this.running = this.running.then(() => this.write()));
  }

  private add(owner: Owner, type: ActivityType, description: string): void {
    if (this.waiting.length >= CAPACITY) this.lost++;
    else this.waiting.push({ owner, type, description, jobId: null, at: this.clock.now() });
    this.cancel ??= this.clock.after(FLUSH_MS, () => void this.flush());
  }

  private async write(): Promise<void> {
    try {
      while (this.waiting.length > 0) {
        const batch = this.waiting.slice(0, BATCH);
        await this.log.append((queries) => this.ofThoseWhoAre(queries, batch));
        this.waiting.splice(0, batch.length);
      }
      if (this.lost > 0) this.logger.error(`Not written down, for want of room: ${this.lost}`);
      this.lost = 0;
    } catch (error) {
      this.logger.error(`Activity could not be written down: ${String(error)}`);
      this.cancel ??= this.clock.after(FLUSH_MS * 10, () => void this.flush());
    }
  }

  /** Of an account that was deleted meanwhile nothing is kept. */
  private async ofThoseWhoAre(queries: Queries, batch: readonly Happening[]): Promise<Happening[]> {
    const owners = [...new Set(batch.map(({ owner }) => owner))];
    const known = await this.users.existing(queries, owners);
    return batch.filter(({ owner }) => owner === ANONYMOUS || known.has(owner));
  }
}
