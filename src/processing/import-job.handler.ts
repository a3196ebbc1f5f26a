import { Injectable } from '@nestjs/common';
import { IMPORT_JOB } from '../jobs/jobs.tasks';
import { toProblem, type ProblemDocument } from '../platform/http/problem';
import { RemoteTimeout, RemoteUnavailable } from '../platform/outbound/outbound.errors';
import type { RunningTask } from '../platform/tasks/task-handler';
import { ProcessJobHandler } from './process-job.handler';

/** Files that are fetched at the same time. */
const CONCURRENCY = 16;

/** The same for jobs whose files have to be fetched first, in a lane of their own: slow servers hold up no others. */
@Injectable()
export class ImportJobHandler extends ProcessJobHandler {
  override readonly kind = IMPORT_JOB;
  override readonly concurrency = CONCURRENCY;

  /** Anybody can name a server that stays away: then their job has failed, and no operator is called. */
  protected override finalProblem(task: RunningTask, error: unknown): ProblemDocument | undefined {
    const isTheirs = error instanceof RemoteUnavailable || error instanceof RemoteTimeout;
    if (isTheirs && task.attempt >= this.maxAttempts) return toProblem(error);
    return super.finalProblem(task, error);
  }
}
