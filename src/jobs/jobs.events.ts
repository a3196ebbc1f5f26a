import { DomainEvent } from '../platform/events/event-bus';
import type { Job } from './job';

abstract class JobEvent extends DomainEvent {
  constructor(readonly job: Job) {
    super();
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
