import type { Job } from '../jobs/job';
import { DomainEvent } from '../platform/events/event-bus';

/** A file was handed in: it, its job and its task are durable. */
export class UploadCompleted extends DomainEvent {
  static readonly type = 'upload.completed';
  override readonly type = UploadCompleted.type;

  constructor(
    readonly job: Job,
    /** Of the file. */
    readonly sizeBytes: number,
  ) {
    super();
  }
}
