import { Injectable } from '@nestjs/common';
import type { Queries } from '../platform/database/database';
import type { Job } from './job';

/**
 * What has to happen because a job ended. Every provider that extends this class is called in the transaction that
 * completes, fails or cancels a job: what it writes there is true from the commit on, or the job has not ended. So no
 * crash comes between the two, and an event may be missed.
 *
 * A hook writes rows and enqueues tasks, awaits nothing but its own queries, and is quick: every job waits for it. When
 * it rejects the job does not end: who works on it tries again. A job that is retried ends again.
 */
export abstract class JobSettledHook {
  /** @param job - as it is from now on */
  abstract onSettled(queries: Queries, job: Job): Promise<void>;
}

/** The hooks that there are. */
@Injectable()
export class JobSettledHooks {
  private readonly hooks: JobSettledHook[] = [];

  add(hook: JobSettledHook): void {
    this.hooks.push(hook);
  }

  async settled(queries: Queries, job: Job): Promise<void> {
    for (const hook of this.hooks) await hook.onSettled(queries, job);
  }
}
