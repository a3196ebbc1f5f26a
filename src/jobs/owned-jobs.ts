import { Injectable } from '@nestjs/common';
import type { Owner } from '../platform/http/caller.decorator';
import { OwnedData } from '../platform/owners/owned-data';
import { JobCounts } from './job-counts';
import { JobNotFound } from './jobs.errors';
import { JobsService } from './jobs.service';
import { TransitionsRepository } from './live/transitions.repository';

/** Jobs looked up at once. */
const BATCH = 100;

/** The jobs of an owner, and with them their artifacts and files: a file goes with its last job. */
@Injectable()
export class OwnedJobs extends OwnedData {
  constructor(
    private readonly jobs: JobsService,
    private readonly transitions: TransitionsRepository,
    private readonly counts: JobCounts,
  ) {
    super();
  }

  override async deleteOwned(owner: Owner): Promise<void> {
    let entries;
    do {
      ({ entries } = await this.jobs.list(owner, { limit: BATCH }));
      for (const { jobId } of entries) await this.delete(owner, jobId);
    } while (entries.length > 0);
    await this.transitions.forget(owner);
    await this.counts.forget(owner);
  }

  private async delete(owner: Owner, jobId: string): Promise<void> {
    try {
      await this.jobs.delete(owner, jobId);
    } catch (error) {
      if (!(error instanceof JobNotFound)) throw error; // it expired just now
    }
  }
}
