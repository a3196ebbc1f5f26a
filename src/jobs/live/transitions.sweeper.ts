import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock';
import { DAY_MS } from '../../platform/clock/durations';
import { Sweeper } from '../../platform/clock/sweeper';
import { Settings } from '../../platform/config/settings';
import { TransitionsRepository } from './transitions.repository';

/** For how long somebody may be away and still hear of everything. */
export const KEPT_MS = 7 * DAY_MS;
/** Looked at in one go: some milliseconds. */
const PAGE = 500;

/**
 * Removes old transitions. The last one of each job stays for as long as the job: so whoever was away for
 * longer than the rest is kept still hears how each job stands. Of a deleted job nothing stays.
 */
@Injectable()
export class TransitionsSweeper extends Sweeper {
  /** Up to here nothing is left to remove but what later transitions make needless. */
  private position = 0;

  constructor(
    private readonly transitions: TransitionsRepository,
    clock: Clock,
    { SWEEP_INTERVAL_SECONDS }: Settings,
  ) {
    super(clock, SWEEP_INTERVAL_SECONDS * 1000, false);
  }

  override async sweep(): Promise<void> {
    const before = this.clock.now() - KEPT_MS;
    for (let next: number | undefined = this.position; next !== undefined && !this.stopping;) {
      this.position = next;
      next = await this.transitions.prune(next, PAGE, before);
    }
  }
}
