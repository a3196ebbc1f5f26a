import type { Queries } from '../database/database';
import type { TaskHandler } from './task-handler';

/** The highest first. */
export const PRIORITIES = ['high', 'normal', 'low'] as const;

export type Priority = (typeof PRIORITIES)[number];

export interface NewTask {
  /** Unique among the tasks that exist; made when left out. */
  readonly id?: string;
  /** Which {@link TaskHandler} does it. */
  readonly kind: string;
  /**
   * Whose work it is: owners take turns among the tasks of a kind, however many each has. What is left without one is
   * the service's own, which takes its turn like an owner.
   */
  readonly owner?: string;
  /** Among the tasks of its owner; `normal` when left out. */
  readonly priority?: Priority;
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

/** A task that was given up. */
export interface DeadLetter {
  readonly id: string;
  readonly kind: string;
  /** How often it was tried. */
  readonly attempt: number;
  /** What went wrong last; null when every run ended with its process. */
  readonly error: string | null;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
}

/**
 * Durable background work.
 *
 * - A task exists from the commit of the transaction that enqueued it; if that rolls back, it never was.
 * - Each task runs at least once, until a run has ended well or it is a dead letter. Its *effect* is
 *   there exactly once when it is written in the transaction of {@link RunningTask.complete}.
 * - A task belongs to one runner at a time, by a lease. A runner that lost its lease is told through the
 *   task's signal, and whatever it still tries to record is refused ({@link LeaseLost}).
 * - Of the tasks of a kind that are due each owner's first goes before anybody's second, as far as they wait at the same
 *   time. Whenever it is an owner's turn, the first of those of their tasks that have the highest priority is taken. There
 *   is no other order among tasks, and no reading of a task's state: rows of the features say how far their work has come.
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

  /**
   * Sees to it, in the caller's transaction, that a task of this id is there and due no later than `dueAt`. One that is
   * there is left as it is but for that, and so is one that runs: what it does for others it has to look for in the
   * transaction that ends it, after {@link RunningTask.hold}. A dead letter stays one.
   */
  abstract ensure(queries: Queries, task: NewTask & { readonly id: string }): Promise<void>;

  /** Removes a task in the caller's transaction, also one that runs: its runner loses the lease. */
  abstract revoke(queries: Queries, id: string): Promise<void>;

  /** Tells the runner that there may be something to do. Never required, never wrong. */
  abstract nudge(): void;

  abstract counts(): Promise<TaskCounts>;

  /** Up to `limit` of the tasks that were given up, the newest first. */
  abstract deadLetters(limit: number): Promise<DeadLetter[]>;

  /** The same of one; undefined when it is not there, or not given up. */
  abstract deadLetter(id: string): Promise<DeadLetter | undefined>;

  /**
   * Gives a dead letter all its attempts again, due at once.
   *
   * @returns whether it still was one
   */
  abstract revive(queries: Queries, id: string): Promise<boolean>;

  /** Lets no process take further tasks of these kinds, until {@link resume}; what runs goes on. */
  abstract pause(kinds: readonly string[]): Promise<void>;

  /** Lets all kinds be taken again; other processes find out by themselves after a while. */
  abstract resume(): Promise<void>;

  /** Which kinds are not taken. */
  abstract paused(): Promise<ReadonlySet<string>>;

  /**
   * Takes no further tasks, gives the running ones `graceMs` to finish, then asks them to stop
   * ({@link ShuttingDown}). Resolves when none runs here any more.
   */
  abstract drain(graceMs: number): Promise<void>;
}
