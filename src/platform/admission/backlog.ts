import { Injectable } from '@nestjs/common';
import { Clock } from '../clock/clock';
import { Settings } from '../config/settings';
import { TaskQueue, type TaskCounts } from '../tasks/task-queue';

/** How long a count is good for. */
const FRESH_MS = 1_000;

/**
 * How much work waits, counted at most once a second for all who ask.
 *
 * It need not be exact: the limit keeps the table and the waiting time bounded, and what one second can bring
 * beyond it is a small part of either. An exact one would make all uploads take turns on one counter.
 */
@Injectable()
export class Backlog {
  private countedAt = -Infinity;
  private latest: Promise<TaskCounts> | undefined;

  constructor(
    private readonly tasks: TaskQueue,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /** As of at most a second ago. */
  counts(): Promise<TaskCounts> {
    const now = this.clock.now();
    if (!this.latest || now - this.countedAt >= FRESH_MS) {
      this.countedAt = now;
      this.latest = this.tasks.counts();
      this.latest.catch(() => (this.latest = undefined)); // who asks next tries again
    }
    return this.latest;
  }

  async isFull(): Promise<boolean> {
    return (await this.counts()).queued >= this.settings.MAX_BACKLOG;
  }
}
