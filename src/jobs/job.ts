import type { Artifact } from './artifact';
import type { Owner } from '../platform/http/caller.decorator';
import type { ProblemDocument } from '../platform/http/problem';
import type { Priority } from '../platform/tasks/task-queue';

export const JOB_STATUSES = ['pending', 'processing', 'completed', 'failed', 'cancelled'] as const;

export type JobState = (typeof JOB_STATUSES)[number];

interface Transition {
  readonly from: readonly JobState[];
  readonly to: JobState;
}

/**
 * The whole lifecycle of a job. A transition is one conditional write that changes nothing unless the
 * job is in one of its `from` states; there is no other way to change a status.
 *
 * | transition | when |
 * | --- | --- |
 * | start | a worker begins |
 * | complete, fail | it has ended well, or for good |
 * | requeue | a passing fault, a lost lease, or shutdown |
 * | cancel, retry | the owner asks |
 */
export const TRANSITIONS = {
  start: { from: ['pending'], to: 'processing' },
  complete: { from: ['processing'], to: 'completed' },
  fail: { from: ['processing'], to: 'failed' },
  requeue: { from: ['processing'], to: 'pending' },
  cancel: { from: ['pending', 'processing'], to: 'cancelled' },
  retry: { from: ['failed', 'cancelled'], to: 'pending' },
} as const satisfies Record<string, Transition>;

export type TransitionName = keyof typeof TRANSITIONS;

/** Whether nothing will happen to a job any more unless its owner asks. */
export function isSettled(status: JobState): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

/** A file that is somewhere else, and what is to become of it once it is here. */
export interface ImportSource {
  readonly url: string;
  /** The name to give it; that which its server gives it when left out. */
  readonly filename?: string;
  readonly processor?: string;
  readonly options?: object;
}

/** Who is told when a job has ended, besides its owner's own settings. */
export interface Notify {
  readonly email?: string;
  readonly callbackUrl?: string;
}

/** One processing of one file. Times are milliseconds since the Unix epoch. */
export interface Job {
  readonly jobId: string;
  readonly owner: Owner;
  readonly fileId: string;
  readonly filename: string;
  /** Null until the file is there. */
  readonly processor: string | null;
  /** Where the file still has to be fetched from; null once it is there. */
  readonly source: ImportSource | null;
  /** For the processor. */
  readonly options: object;
  readonly notify: Notify | null;
  /** Among the jobs of its owner. */
  readonly priority: Priority;
  readonly status: JobState;
  /** 0 to 1. */
  readonly progress: number;
  /** How often it was started. What a worker reports for an earlier start is refused. */
  readonly attempt: number;
  readonly result: object | null;
  readonly error: ProblemDocument | null;
  readonly artifacts: readonly Artifact[];
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** When it is deleted, with its file; null for never. */
  readonly expiresAt: number | null;
  /** Counts the changes. */
  readonly version: number;
}
