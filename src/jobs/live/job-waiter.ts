import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { setImmediate } from 'node:timers/promises';
import { Clock } from '../../platform/clock/clock';
import { OnNotice, OnNoticesMissed } from '../../platform/events/notices';
import type { Owner } from '../../platform/http/caller.decorator';
import type { Wait } from '../../platform/http/wait.decorator';
import { isSettled, type Job } from '../job';
import { JobCancelled, JobCompleted, JobDeleted, JobFailed, type JobNotice } from '../jobs.events';
import { JobNotFound } from '../jobs.errors';
import { JobsRepository } from '../jobs.repository';
import { JobsService } from '../jobs.service';

/** Answers made in one turn of the event loop, so that other requests get theirs in between. */
const WOKEN_AT_ONCE = 50;
/** Jobs read at once. */
const PAGE = 200;

/** Told the settled job, or nothing when the wait is over without one. */
type Wake = (job?: Job) => void;

/** Lets callers wait for the end of a job. A waiter is an entry in a map: it costs nothing until then. */
@Injectable()
export class JobWaiter implements OnModuleDestroy {
  private readonly waiting = new Map<string, Set<Wake>>();
  private isDraining = false;
  private isLooking = false;

  constructor(
    private readonly jobs: JobsService,
    private readonly rows: JobsRepository,
    private readonly clock: Clock,
  ) {}

  /** How many wait. */
  get size(): number {
    return [...this.waiting.values()].reduce((sum, wakes) => sum + wakes.size, 0);
  }

  /**
   * The job once it has settled; or as it stands when the wait is over, the caller is gone or the process
   * is to end.
   *
   * @throws JobNotFound, also when it is deleted meanwhile
   */
  async settled(owner: Owner, jobId: string, { ms: waitMs, signal }: Wait): Promise<Job> {
    if (waitMs <= 0 || this.isDraining) return this.jobs.get(owner, jobId);
    const { woken, stop } = this.wait(jobId, waitMs, signal); // before the look: no end in between is lost
    try {
      const job = await this.jobs.get(owner, jobId);
      if (isSettled(job.status)) return job;
      return (await woken) ?? (await this.jobs.get(owner, jobId));
    } finally {
      stop();
    }
  }

  /**
   * The same for a job that the caller has just made. Without a wait it is given back as it is, and so it is
   * when it was deleted meanwhile.
   */
  async outcome(job: Job, wait: Wait): Promise<Job> {
    return (await this.outcomeOf(job.owner, job.jobId, wait)) ?? job;
  }

  /** The same for a job that the caller made before: nothing without a wait, or when it was deleted meanwhile. */
  async outcomeOf(owner: Owner, jobId: string, wait: Wait): Promise<Job | undefined> {
    if (wait.ms <= 0) return undefined;
    return this.settled(owner, jobId, wait).catch((error: unknown) => {
      if (error instanceof JobNotFound) return undefined;
      throw error;
    });
  }

  @OnEvent(JobCompleted.type)
  @OnEvent(JobFailed.type)
  @OnEvent(JobCancelled.type)
  onSettled({ job }: JobCompleted | JobFailed | JobCancelled): Promise<void> {
    return this.wake(job.jobId, job);
  }

  @OnEvent(JobDeleted.type)
  onDeleted({ job }: JobDeleted): Promise<void> {
    return this.wake(job.jobId);
  }

  @OnNotice(JobCompleted.type, JobFailed.type, JobCancelled.type, JobDeleted.type)
  onEndedElsewhere({ jobId }: JobNotice): Promise<void> {
    return this.look([jobId]);
  }

  @OnNoticesMissed()
  async onMissed(): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    await this.look([...this.waiting.keys()]).finally(() => (this.isLooking = false));
  }

  /** Everybody is answered now, so that the server can close. */
  onModuleDestroy(): void {
    this.isDraining = true;
    for (const wakes of this.waiting.values()) for (const wake of wakes) wake();
  }

  /** Wakes those who wait for jobs that have ended. */
  private async look(jobIds: readonly string[]): Promise<void> {
    const waitedFor = jobIds.filter((jobId) => this.waiting.has(jobId));
    for (let at = 0; at < waitedFor.length; at += PAGE) {
      const page = waitedFor.slice(at, at + PAGE);
      const jobs = new Map((await this.rows.findAll(page)).map((job) => [job.jobId, job]));
      for (const jobId of page) {
        const job = jobs.get(jobId);
        if (!job || isSettled(job.status)) await this.wake(jobId, job);
      }
    }
  }

  private async wake(jobId: string, job?: Job): Promise<void> {
    const wakes = [...(this.waiting.get(jobId) ?? [])];
    for (const [index, wake] of wakes.entries()) {
      if (index > 0 && index % WOKEN_AT_ONCE === 0) await setImmediate();
      wake(job);
    }
  }

  private wait(jobId: string, waitMs: number, signal?: AbortSignal) {
    let wake!: Wake;
    const woken = new Promise<Job | undefined>((resolve) => (wake = resolve));
    const onAbort = () => wake();
    const cancel = this.clock.after(waitMs, onAbort);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) wake();
    this.add(jobId, wake);
    const stop = () => {
      cancel();
      signal?.removeEventListener('abort', onAbort);
      this.remove(jobId, wake);
    };
    return { woken, stop };
  }

  private add(jobId: string, wake: Wake): void {
    const wakes = this.waiting.get(jobId) ?? new Set();
    this.waiting.set(jobId, wakes.add(wake));
  }

  private remove(jobId: string, wake: Wake): void {
    const wakes = this.waiting.get(jobId);
    wakes?.delete(wake);
    if (wakes?.size === 0) this.waiting.delete(jobId);
  }
}
