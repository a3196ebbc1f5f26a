import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock/clock';
import { DAY_MS, HOUR_MS } from '../platform/clock/durations';
import { Sweeper } from '../platform/clock/sweeper';
import { Settings } from '../platform/config/settings';
import { ActivityRepository } from './activity.repository';

/** Removed at once. */
const BATCH = 500;

/** Forgets what happened more than ACTIVITY_DAYS ago. */
@Injectable()
export class ActivitySweeper extends Sweeper {
  constructor(
    private readonly entries: ActivityRepository,
    clock: Clock,
    private readonly settings: Settings,
  ) {
    super(clock, HOUR_MS, true);
  }

  override async sweep(): Promise<void> {
    const { ACTIVITY_DAYS } = this.settings;
    if (ACTIVITY_DAYS === 0) return;
    const before = this.clock.now() - ACTIVITY_DAYS * DAY_MS;
    while (!this.stopping && (await this.entries.prune(before, BATCH)));
  }
}
