import { DomainEvent, type Notice } from '../platform/events/event-bus';
import type { Owner } from '../platform/http/caller.decorator';
import type { Job } from './job';

/** What other instances are told of a job. */
export interface JobNotice extends Notice {
  readonly owner: Owner;
  readonly jobId: string;
  readonly attempt: number;
}

export interface ProgressNotice extends JobNotice {
  readonly progress: number;
}

abstract class JobEvent extends DomainEvent {
  constructor(readonly job: Job) {
    super();
  }

  override get notice(): JobNotice {
    const { owner, jobId, attempt } = this.job;
    return { owner, jobId, attempt };
  }
}

/** A job waits: it is new, is to be tried again, or its owner asked for a retry. */
export class JobQueued extends JobEvent {
  static readonly type = 'job.queued';
  override readonly type = JobQueued.type;
}

export class JobStarted extends JobEvent {
  static readonly type = 'job.started';
  override readonly type = JobStarted.type;
}

export class JobProgressed extends JobEvent {
  static readonly type = 'job.progressed';
  override readonly type = JobProgressed.type;

  override get notice(): ProgressNotice {
    return { ...super.notice, progress: this.job.progress };
  }
}

export class JobCompleted extends JobEvent {
  static readonly type = 'job.completed';
  override readonly type = JobCompleted.type;
}

export class JobFailed extends JobEvent {
  static readonly type = 'job.failed';
  override readonly type = JobFailed.type;
}

export class JobCancelled extends JobEvent {
  static readonly type = 'job.cancelled';
  override readonly type = JobCancelled.type;
}

/** The job as it was; its row is gone. */
export class JobDeleted extends JobEvent {
  static readonly type = 'job.deleted';
  override readonly type = JobDeleted.type;
}
