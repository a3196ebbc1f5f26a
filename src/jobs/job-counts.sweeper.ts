import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock/clock';
import { Sweeper } from '../platform/clock/sweeper';
import { Settings } from '../platform/config/settings';
import { JobCounts, MINUTES_KEPT_MS } from './job-counts';

/** Adds what was counted by the minute to its day, once nobody looks at the minutes any more. */
@Injectable()
export class JobCountsSweeper extends Sweeper {
  constructor(
    private readonly counts: JobCounts,
    clock: Clock,
    { SWEEP_INTERVAL_SECONDS }: Settings,
  ) {
    super(clock, SWEEP_INTERVAL_SECONDS * 1000, true);
  }

  override async sweep(): Promise<void> {
    await this.counts.merge(this.clock.now() - MINUTES_KEPT_MS);
  }
}
