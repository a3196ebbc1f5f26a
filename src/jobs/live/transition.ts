import type { Owner } from '../../platform/http/caller.decorator';
import type { JobState } from '../job';

export const TRANSITION_TYPES = [
  'job.queued',
  'job.started',
  'job.completed',
  'job.failed',
  'job.cancelled',
  'job.deleted',
] as const;

export type TransitionType = (typeof TRANSITION_TYPES)[number];

/** One step in the life of a job, as it was written down with it. */
export interface Transition {
  /** Grows with each transition, whatever the job. */
  readonly seq: number;
  readonly jobId: string;
  readonly owner: Owner;
  readonly type: TransitionType;
  /** How often the job had been started by then. */
  readonly attempt: number;
  readonly startedAt: number | null;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** The transition that leads into each state. */
export const TYPE_OF: Readonly<Record<JobState, TransitionType>> = {
  pending: 'job.queued',
  processing: 'job.started',
  completed: 'job.completed',
  failed: 'job.failed',
  cancelled: 'job.cancelled',
};

/** The state that a transition leads into; none after `job.deleted`. */
export function stateAfter(type: TransitionType): JobState | undefined {
  const states = Object.keys(TYPE_OF) as JobState[];
  return states.find((state) => TYPE_OF[state] === type);
}

/** Whether nothing follows unless the owner asks for it. */
export function isEnd(type: TransitionType): boolean {
  return type !== 'job.queued' && type !== 'job.started';
}
