import type { Queries } from '../database/database';
import { backoffMs } from './backoff';

/** What became of a task that could not be done this time. */
export type RetryVerdict = 'again' | 'dead';

/**
 * A task while it runs here. The verbs write in the caller's transaction, so that the task and
 * what the feature records about it change together or not at all; each throws {@link LeaseLost} when
 * the task belongs to somebody else by now, which takes back the whole transaction.
 */
export interface RunningTask<Payload = unknown> {
  readonly id: string;
  readonly payload: Payload;
  /** Which run this is, from 1. */
  readonly attempt: number;
  /** Aborted with {@link ShuttingDown} or {@link LeaseLost}: stop soon. */
  readonly signal: AbortSignal;

  /** Says that the work is done but for writing it down: another task may begin meanwhile. */
  makeRoom(): void;

  /** Nothing but the fence: writes only if the task is still ours, and renews its lease. */
  hold(queries: Queries): Promise<void>;

  /** It is done. */
  complete(queries: Queries): Promise<void>;

  /** It went wrong: again after a pause, or a dead letter when its attempts are used up. */
  retry(queries: Queries, error: unknown): Promise<RetryVerdict>;

  /** Back into the queue at once, without having spent an attempt. */
  release(queries: Queries): Promise<void>;

  /** It is done for now, and to be done again from `dueAt` on, with all its attempts. */
  again(queries: Queries, dueAt: number): Promise<void>;

  /** A dead letter at once: trying again cannot help. */
  bury(queries: Queries, error: unknown): Promise<void>;
}

/**
 * Does the tasks of one kind. Every provider that extends this class is found at start-up; two for one
 * kind stop the start.
 */
export abstract class TaskHandler<Payload = unknown> {
  abstract readonly kind: string;

  /** How many run at the same time here, those that have made room not counted. */
  readonly concurrency: number = 4;

  /** Runs before a task becomes a dead letter. */
  readonly maxAttempts: number = 10;

  /**
   * How long to wait after run number `attempt` (from 1) went wrong, in milliseconds. An error with a `retryAfter` that
   * is longer prolongs it.
   *
   * @param random - 0 (inclusive) to 1 (exclusive)
   */
  pauseMs(attempt: number, random: number): number {
    return backoffMs(attempt, random);
  }

  /**
   * Does the task. If it returns without having called a verb the task is done; if it throws, the task
   * is tried again after a pause. Must bear being run again after a crash at any point.
   */
  abstract run(task: RunningTask<Payload>): Promise<void>;

  /**
   * Called in place of another run when all of them ended with the death of their process. The task
   * becomes a dead letter afterwards.
   */
  abandon(_task: RunningTask<Payload>): Promise<void> {
    return Promise.resolve();
  }
}

/** The task belongs to another runner, or was revoked. Nothing was changed. */
export class LeaseLost extends Error {
  constructor(taskId: string) {
    super(`Task ${taskId} does not belong to this runner any more.`);
    this.name = 'LeaseLost';
  }
}

/** The process is about to stop and the time to finish is over. */
export class ShuttingDown extends Error {
  constructor() {
    super('The service is shutting down.');
    this.name = 'ShuttingDown';
  }
}
