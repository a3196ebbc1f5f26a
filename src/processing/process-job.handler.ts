import { Injectable, Logger } from '@nestjs/common';
import type { Outcome } from '../jobs/artifact';
import type { Job } from '../jobs/job';
import { JobLifecycle } from '../jobs/job-lifecycle';
import { PROCESS_JOB, type ProcessJob } from '../jobs/jobs.tasks';
import { Settings } from '../platform/config/settings';
import { mayHaveCommitted } from '../platform/database/database.errors';
import { DomainError } from '../platform/errors/domain-error';
import { toProblem, type ProblemDocument } from '../platform/http/problem';
import { LeaseLost, ShuttingDown, TaskHandler, type RunningTask } from '../platform/tasks/task-handler';
import { ContentRejected, ProcessingFailed } from './processing.errors';
import { JobStopped, ProcessingService } from './processing.service';

/** Leads a job from its task to its outcome. */
@Injectable()
export class ProcessJobHandler extends TaskHandler<ProcessJob> {
  override readonly kind: string = PROCESS_JOB;
  override readonly concurrency: number;
  override readonly maxAttempts: number;
  private readonly logger = new Logger(ProcessJobHandler.name);

  constructor(
    private readonly lifecycle: JobLifecycle,
    private readonly processing: ProcessingService,
    settings: Settings,
  ) {
    super();
    this.concurrency = settings.PROCESSING_CONCURRENCY;
    this.maxAttempts = settings.JOB_MAX_ATTEMPTS;
  }

  override async run(task: RunningTask<ProcessJob>): Promise<void> {
    const job = await this.lifecycle.begin(task);
    if (!job) return;
    try {
      const outcome = await this.processing.process(task, job);
      task.makeRoom();
      await this.complete(task, job, outcome);
    } catch (error) {
      await this.recordFault(task, job, error);
    }
  }

  override async abandon(task: RunningTask<ProcessJob>): Promise<void> {
    await this.lifecycle.abandon(task, toProblem(new ProcessingFailed(this.maxAttempts)));
  }

  private async complete(task: RunningTask, job: Job, outcome: Outcome): Promise<void> {
    try {
      await this.lifecycle.complete(task, job, outcome);
    } catch (error) {
      // A database that went away may have committed: then the sweep finds out.
      if (!mayHaveCommitted(error)) await this.processing.discard(outcome);
      throw error;
    }
  }

  private async recordFault(task: RunningTask, job: Job, error: unknown): Promise<void> {
    const problem = this.finalProblem(task, error);
    if (error instanceof JobStopped) throw new LeaseLost(task.id);
    if (error instanceof LeaseLost) throw error;
    if (error instanceof ShuttingDown) {
      await this.lifecycle.release(task, job);
    } else if (problem) {
      await this.lifecycle.fail(task, job, problem);
    } else {
      this.logger.warn(`Job ${job.jobId}, run ${task.attempt} of ${this.maxAttempts}: ${describe(error)}`);
      await this.lifecycle.giveBack(task, job, error, toProblem(this.lastFault(error)));
    }
  }

  /** What to record with the job when it ends here and is nothing for an operator to look at; undefined otherwise. */
  protected finalProblem(_task: RunningTask, error: unknown): ProblemDocument | undefined {
    if (error instanceof ContentRejected) return error.problem;
    if (error instanceof DomainError && !error.isPassing) return toProblem(error);
    return undefined;
  }

  /** What to record with the job when this was the last try. */
  private lastFault(error: unknown): DomainError {
    return error instanceof DomainError ? error : new ProcessingFailed(this.maxAttempts);
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
