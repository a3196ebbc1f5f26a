import { Injectable } from '@nestjs/common';
import { FilesRepository, type StoredBytes } from '../files/files.repository';
import { Clock } from '../platform/clock/clock';
import { Database, type Queries, type TransactionOptions } from '../platform/database/database';
import { EventBus, type DomainEvent } from '../platform/events/event-bus';
import type { ProblemDocument } from '../platform/http/problem';
import type { RunningTask } from '../platform/tasks/task-handler';
import type { Outcome } from './artifact';
import type { Assignment } from './choose-processor';
import type { Job } from './job';
import { JobCompleted, JobFailed, JobProgressed, JobQueued, JobStarted } from './jobs.events';
import { JobsRepository } from './jobs.repository';
import type { ProcessJob } from './jobs.tasks';

type JobEventClass = new (job: Job) => DomainEvent;

/**
 * The worker's side of a job. Each step changes the job and its task in one transaction, or neither:
 * a worker whose task belongs to somebody else by now gets `LeaseLost` and has changed nothing. What
 * happened is published after the commit.
 */
@Injectable()
export class JobLifecycle {
  constructor(
    private readonly jobs: JobsRepository,
    private readonly files: FilesRepository,
    private readonly database: Database,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /**
   * Resolves with the job as started, or undefined when there is nothing to do any more. It does not wait for the disk:
   * a start that was lost is a job that still waits.
   */
  begin(task: RunningTask<ProcessJob>): Promise<Job | undefined> {
    const { jobId } = task.payload;
    const start = async (queries: Queries) => {
      await task.hold(queries);
      const started = await this.jobs.start(queries, jobId, this.clock.now());
      return started ?? this.takeOver(queries, jobId);
    };
    return this.step(JobStarted, start, { durable: false });
  }

  complete(task: RunningTask, job: Job, outcome: Outcome): Promise<Job | undefined> {
    return this.step(JobCompleted, async (queries) => {
      await task.complete(queries);
      return this.jobs.complete(queries, job, outcome, this.clock.now());
    });
  }

  /** Ends the job for good. */
  fail(task: RunningTask, job: Job, problem: ProblemDocument): Promise<Job | undefined> {
    return this.step(JobFailed, async (queries) => {
      await task.complete(queries);
      return this.jobs.fail(queries, job, problem, this.clock.now());
    });
  }

  /** After a passing fault: the job waits for another try, or fails with `problem` when this was the last. */
  async giveBack(task: RunningTask, job: Job, fault: unknown, problem: ProblemDocument): Promise<void> {
    const { changed, event } = await this.database.transaction(async (queries) => {
      const verdict = await task.retry(queries, fault);
      const now = this.clock.now();
      if (verdict === 'again')
        return { changed: await this.jobs.requeue(queries, job, now), event: JobQueued };
      return { changed: await this.jobs.fail(queries, job, problem, now), event: JobFailed };
    });
    this.publish(event, changed);
  }

  /** At shutdown: the job waits for the next process, without having spent an attempt. */
  release(task: RunningTask, job: Job): Promise<Job | undefined> {
    return this.step(JobQueued, async (queries) => {
      await task.release(queries);
      return this.jobs.requeue(queries, job, this.clock.now());
    });
  }

  /** Every run of the job ended with the death of its process: another must not try. */
  abandon(task: RunningTask<ProcessJob>, problem: ProblemDocument): Promise<Job | undefined> {
    const { jobId } = task.payload;
    return this.step(JobFailed, async (queries) => {
      await task.bury(queries, new Error(problem.detail));
      const now = this.clock.now();
      const job = (await this.jobs.start(queries, jobId, now)) ?? (await this.takeOver(queries, jobId));
      return job && this.jobs.fail(queries, job, problem, now);
    });
  }

  /** The bytes of the job's file are there: the file is the owner's from now on. */
  arrive(task: RunningTask, job: Job, bytes: StoredBytes, assignment: Assignment): Promise<Job | undefined> {
    return this.step(JobProgressed, async (queries) => {
      await task.hold(queries);
      const arrived = await this.jobs.arrive(queries, job, bytes.filename, assignment);
      if (arrived) await this.files.arrive(queries, job.fileId, bytes);
      return arrived;
    });
  }

  /** Shows how far a start of a job has come, and writes nothing. */
  showProgress(job: Job, progress: number): void {
    this.events.publish(new JobProgressed({ ...job, progress }));
  }

  /** Writes down how far a start of a job has come, unless it is no longer the one that runs. */
  recordProgress(job: Job, progress: number): Promise<Job | undefined> {
    return this.database.transaction((queries) => this.jobs.reportProgress(queries, job, progress), {
      durable: false,
    });
  }

  /** A worker that is gone left the job in processing. Whoever holds its task may start it anew. */
  private async takeOver(queries: Queries, jobId: string): Promise<Job | undefined> {
    const now = this.clock.now();
    const requeued = await this.jobs.requeue(queries, { jobId }, now);
    return requeued && this.jobs.start(queries, jobId, now);
  }

  private async step(
    event: JobEventClass,
    change: (queries: Queries) => Promise<Job | undefined>,
    options?: TransactionOptions,
  ): Promise<Job | undefined> {
    const changed = await this.database.transaction(change, options);
    this.publish(event, changed);
    return changed;
  }

  private publish(Event: JobEventClass, job: Job | undefined): void {
    if (job) this.events.publish(new Event(job));
  }
}
