import type { Queries } from '../database/database';
import type { TaskHandler } from './task-handler';

export interface NewTask {
  /** Unique among the tasks that exist; made when left out. */
  readonly id?: string;
  /** Which {@link TaskHandler} does it. */
  readonly kind: string;
  /** JSON, small: ids, never state. */
  readonly payload: unknown;
  /** Not before this time, ms since the Unix epoch; now when left out. */
  readonly dueAt?: number;
}

/** How many tasks there are, by what is happening to them. */
export interface TaskCounts {
  /** Waiting, or due again because whoever had them is gone. */
  readonly queued: number;
  readonly running: number;
  /** Dead letters: given up, kept for people to look at. */
  readonly dead: number;
}

/**
 * Durable background work.
 *
 * - A task exists from the commit of the transaction that enqueued it; if that rolls back, it never was.
 * - Each task runs at least once, until a run has ended well or it is a dead letter. Its *effect* is
 *   there exactly once when it is written in the transaction of {@link RunningTask.complete}.
 * - A task belongs to one runner at a time, by a lease. A runner that lost its lease is told through the
 *   task's signal, and whatever it still tries to record is refused ({@link LeaseLost}).
 * - There is no order among tasks, and no reading of a task's state: rows of the features say how far
 *   their work has come.
 */
export abstract class TaskQueue {
  /**
   * Begins to take tasks.
   *
   * @throws Error when two handlers have the same kind
   */
  abstract start(handlers: readonly TaskHandler[]): Promise<void>;

  /**
   * Adds a task in the caller's transaction. One of the same id is replaced, and whoever runs that one
   * loses its lease. Call {@link nudge} after the commit; without it the task starts a little later.
   */
  abstract enqueue(queries: Queries, task: NewTask): Promise<void>;

  /** Removes a task in the caller's transaction, also one that runs: its runner loses the lease. */
  abstract revoke(queries: Queries, id: string): Promise<void>;

  /** Tells the runner that there may be something to do. Never required, never wrong. */
  abstract nudge(): void;

  abstract counts(): Promise<TaskCounts>;

  /**
   * Takes no further tasks, gives the running ones `graceMs` to finish, then asks them to stop
   * ({@link ShuttingDown}). Resolves when none runs here any more.
   */
  abstract drain(graceMs: number): Promise<void>;
}
