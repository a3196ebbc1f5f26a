import { Injectable } from '@nestjs/common';
import { JobsService } from '../jobs/jobs.service';
import { IMPORT_JOB, PROCESS_JOB } from '../jobs/jobs.tasks';
import { Database } from '../platform/database/database';
import { TaskQueue, type DeadLetter, type TaskCounts } from '../platform/tasks/task-queue';
import { DeadLetterNotFound } from './admin.errors';

const OF_JOBS: readonly string[] = [PROCESS_JOB, IMPORT_JOB];
const MOST_LETTERS = 100;

export interface QueueState {
  readonly counts: TaskCounts;
  readonly isPaused: boolean;
  /** The newest, a hundred at most. */
  readonly deadLetters: readonly DeadLetter[];
}

/** What administrators do with the work of everybody. */
@Injectable()
export class AdminService {
  constructor(
    private readonly tasks: TaskQueue,
    private readonly jobs: JobsService,
    private readonly database: Database,
  ) {}

  async queue(): Promise<QueueState> {
    const [counts, paused, deadLetters] = await Promise.all([
      this.tasks.counts(),
      this.tasks.paused(),
      this.tasks.deadLetters(MOST_LETTERS),
    ]);
    return { counts, isPaused: OF_JOBS.some((kind) => paused.has(kind)), deadLetters };
  }

  /** Begins no further job in any process; uploads are still taken, and wait. */
  pauseProcessing(): Promise<void> {
    return this.tasks.pause(OF_JOBS);
  }

  resumeProcessing(): Promise<void> {
    return this.tasks.resume();
  }

  /** A job's dead letter is retried as its owner would: the job has failed, and begins anew. @throws DeadLetterNotFound */
  async retry(taskId: string): Promise<void> {
    const letter = await this.tasks.deadLetter(taskId);
    if (!letter) throw new DeadLetterNotFound(taskId);
    const owner = OF_JOBS.includes(letter.kind) ? await this.jobs.ownerOf(taskId) : undefined;
    if (owner === undefined) await this.revive(taskId);
    else await this.jobs.retry(owner, taskId);
  }

  private async revive(taskId: string): Promise<void> {
    const revived = await this.database.transaction((queries) => this.tasks.revive(queries, taskId));
    if (!revived) throw new DeadLetterNotFound(taskId);
    this.tasks.nudge();
  }
}
