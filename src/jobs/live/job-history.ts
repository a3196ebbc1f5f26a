import { Injectable } from '@nestjs/common';
import type { Job } from '../job';
import type { ProgressNotice } from '../jobs.events';
import { JobNotFound } from '../jobs.errors';
import { JobsRepository } from '../jobs.repository';
import { toJobEvent, type JobEvent } from './job-event';
import { isEnd, type Transition } from './transition';
import { TransitionsRepository, type Scope } from './transitions.repository';

/** What happened to jobs, as it is told to those who follow them. */
@Injectable()
export class JobHistory {
  constructor(
    private readonly transitions: TransitionsRepository,
    private readonly jobs: JobsRepository,
  ) {}

  /** The number of the last transition so far. */
  now(): Promise<number> {
    return this.transitions.highest();
  }

  /**
   * After which transition to begin for somebody who has seen all up to `lastSeen`, or nothing yet: all
   * of a job's last one, of all jobs what happens from now on. Undefined when there is nothing to come.
   *
   * @throws JobNotFound
   */
  async startOf({ owner, jobId }: Scope, lastSeen?: number): Promise<number | undefined> {
    if (jobId === undefined) return Math.min(await this.now(), lastSeen ?? Infinity);
    const last = await this.transitions.last(owner, jobId);
    if (!last || (last.type === 'job.deleted' && lastSeen === undefined)) throw new JobNotFound(jobId);
    if (lastSeen === undefined) return last.seq - 1;
    if (lastSeen < last.seq) return lastSeen;
    return isEnd(last.type) ? undefined : last.seq;
  }

  /** Up to `limit` transitions after `seq`, of every owner when there is no scope. */
  after(seq: number, limit: number, scope?: Scope): Promise<Transition[]> {
    return this.transitions.after(seq, limit, scope);
  }

  /** The jobs of transitions, as they stand, by their ids; those that were deleted since are not there. */
  async jobsOf(transitions: readonly Transition[]): Promise<Map<string, Job>> {
    const jobs = await this.jobs.findAll([...new Set(transitions.map(({ jobId }) => jobId))]);
    return new Map(jobs.map((job) => [job.jobId, job]));
  }

  /** Jobs as far as they have come; none that has gone on since what another instance told of it. */
  async reached(progress: readonly (Job | ProgressNotice)[]): Promise<Job[]> {
    const ids = progress.filter((each) => !isWhole(each)).map(({ jobId }) => jobId);
    const jobs = new Map((await this.jobs.findAll(ids)).map((job) => [job.jobId, job]));
    return progress.flatMap((each) => {
      if (isWhole(each)) return [each];
      const job = jobs.get(each.jobId);
      const goesOn = job?.status === 'processing' && job.attempt === each.attempt;
      return goesOn ? [{ ...job, progress: each.progress }] : [];
    });
  }

  /** What to tell of transitions, in their order. Nothing of a job deleted since: its deletion follows. */
  async tell(transitions: readonly Transition[]): Promise<JobEvent[]> {
    const jobIds = [...new Set(transitions.map(({ jobId }) => jobId))];
    if (jobIds.length === 0) return [];
    const jobs = await this.jobsOf(transitions);
    // Read after the jobs: a transition that is still the last one now has led to the job as it was read.
    const last = await this.transitions.lastOfEach(jobIds);
    return transitions.flatMap((transition) => {
      const job = jobs.get(transition.jobId);
      if (!job && transition.type !== 'job.deleted') return [];
      return [toJobEvent(transition, last.get(transition.jobId) === transition.seq, job)];
    });
  }
}

function isWhole(progress: Job | ProgressNotice): progress is Job {
  return 'status' in progress;
}
