import { StreamedEvent } from '../../platform/http/event-stream';
import type { Owner } from '../../platform/http/caller.decorator';
import { isSettled, type Job } from '../job';
import { toJobStatus } from '../jobs.dto';
import { JobProgressed } from '../jobs.events';
import { isEnd, stateAfter, type Transition } from './transition';

/** What those who follow jobs are told. */
export interface JobEvent {
  readonly owner: Owner;
  readonly jobId: string;
  /** That of the transition; progress has none. */
  readonly seq?: number;
  /** Whether nothing more will be told of the job unless its owner asks for it. */
  readonly isFinal: boolean;
  readonly message: StreamedEvent;
}

/**
 * A transition as it is told. The last one of a job shows the job as it stands; an earlier one shows the
 * job as it was, as far as that was written down.
 *
 * @param job - as it stands; may be missing when it was deleted
 */
export function toJobEvent(transition: Transition, isLast: boolean, job?: Job): JobEvent {
  const { owner, jobId, seq, type } = transition;
  const shown = job && toJobStatus(isLast ? job : asItWas(job, transition));
  const message = new StreamedEvent(type, shown ?? { job_id: jobId }, String(seq));
  return { owner, jobId, seq, isFinal: isLast && isEnd(type), message };
}

export function toProgressEvent(job: Job): JobEvent {
  const { owner, jobId } = job;
  return { owner, jobId, isFinal: false, message: new StreamedEvent(JobProgressed.type, toJobStatus(job)) };
}

function asItWas(job: Job, { type, attempt, startedAt, at }: Transition): Job {
  const status = stateAfter(type) ?? job.status;
  return {
    ...job,
    status,
    attempt,
    startedAt,
    progress: status === 'completed' ? 1 : 0,
    finishedAt: isSettled(status) ? at : null,
    result: null,
    error: null,
    artifacts: [],
  };
}
