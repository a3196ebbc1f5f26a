import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock/clock';
import { Sweeper } from '../platform/clock/sweeper';
import { JobNotFound } from './jobs.errors';
import { JobsRepository } from './jobs.repository';
import { JobsService } from './jobs.service';

/** What has expired is gone at most so much later. */
const SWEEP_MS = 60_000;
/** Jobs looked up at once. */
const BATCH = 100;

/** Deletes expired jobs as their owner would: with their artifacts, and their files when no other job has them. */
@Injectable()
export class RetentionSweeper extends Sweeper {
  constructor(
    private readonly jobs: JobsRepository,
    private readonly service: JobsService,
    clock: Clock,
  ) {
    super(clock, SWEEP_MS, true);
  }

  override async sweep(): Promise<void> {
    while (!this.stopping) {
      const expired = await this.jobs.expired(this.clock.now(), BATCH);
      for (const { owner, jobId } of expired) await this.delete(owner, jobId);
      if (expired.length < BATCH) return;
    }
  }

  private async delete(owner: string, jobId: string): Promise<void> {
    try {
      await this.service.delete(owner, jobId);
    } catch (error) {
      if (!(error instanceof JobNotFound)) throw error; // its owner was quicker
    }
  }
}
