import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock/clock';
import { Sweeper } from '../platform/clock/sweeper';
import { ReportsService } from './reports.service';

/** What has expired is gone at most so much later. */
const SWEEP_MS = 60_000;

/** Deletes expired reports as their owners would. */
@Injectable()
export class ReportsSweeper extends Sweeper {
  constructor(
    private readonly reports: ReportsService,
    clock: Clock,
  ) {
    super(clock, SWEEP_MS, true);
  }

  override async sweep(): Promise<void> {
    while (!this.stopping && (await this.reports.deleteExpired()));
  }
}
