import { Injectable } from '@nestjs/common';
import { JobCounts } from '../../jobs/job-counts';
import { Clock } from '../../platform/clock/clock';
import { Sweeper } from '../../platform/clock/sweeper';
import { Database } from '../../platform/database/database';
import type { Owner } from '../../platform/http/caller.decorator';
import { ReportsService } from '../../reports/reports.service';
import { NotificationSettingsRepository, type DueDigest } from '../notification-settings.repository';
import { beginOf, endOf, type Period } from './digest';

/** A digest comes at most so much after its period. */
const LOOK_MS = 10 * 60_000;
/** Digests looked up at once. */
const BATCH = 100;

const TITLES: Readonly<Record<Period, string>> = {
  daily: 'Jobs of the day',
  weekly: 'Jobs of the week from',
  monthly: 'Jobs of the month from',
};

/**
 * Asks for the reports that users want regularly: of the period that has ended last, also when the service was down as
 * it ended, and none when there was no job. When the next is due is moved in the transaction that asks for the report.
 */
@Injectable()
export class DigestsSweeper extends Sweeper {
  constructor(
    private readonly settings: NotificationSettingsRepository,
    private readonly counts: JobCounts,
    private readonly reports: ReportsService,
    private readonly database: Database,
    clock: Clock,
  ) {
    super(clock, LOOK_MS, true);
  }

  override async sweep(): Promise<void> {
    while (!this.stopping) {
      const due = await this.settings.dueDigests(this.clock.now(), BATCH);
      for (const digest of due) await this.send(digest);
      if (due.length < BATCH) return;
    }
  }

  private async send({ owner, period, dueAt, email }: DueDigest): Promise<void> {
    const now = this.clock.now();
    const to = beginOf(period, now);
    const from = beginOf(period, to - 1);
    const next = endOf(period, now);
    if (!(await this.hasJobs(owner, from, to))) {
      await this.database.transaction((queries) => this.settings.moveDigest(queries, owner, dueAt, next));
      return;
    }
    const name = `${TITLES[period]} ${new Date(from).toISOString().slice(0, 10)}`;
    const wish = { name, recipient: email, format: 'html', from, to } as const;
    try {
      await this.reports.request(owner, wish, async (queries) => {
        if (!(await this.settings.moveDigest(queries, owner, dueAt, next))) throw new AskedForAlready();
      });
    } catch (error) {
      if (!(error instanceof AskedForAlready)) throw error;
    }
  }

  private async hasJobs(owner: Owner, from: number, to: number): Promise<boolean> {
    return (await this.counts.all(owner)).some(({ day }) => day >= from && day < to);
  }
}

/** Another instance was quicker, or its user wants it no more. */
class AskedForAlready extends Error {}
