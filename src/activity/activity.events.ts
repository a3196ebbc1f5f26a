import { DomainEvent, type Notice } from '../platform/events/event-bus';
import type { Owner } from '../platform/http/caller.decorator';

export interface ActivityNotice extends Notice {
  readonly owners: readonly Owner[];
}

/** There is more to read in the log of these owners. */
export class ActivityWritten extends DomainEvent {
  static readonly type = 'activity.written';
  override readonly type = ActivityWritten.type;

  constructor(readonly owners: ReadonlySet<Owner>) {
    super();
  }

  override get notice(): ActivityNotice {
    return { owners: [...this.owners] };
  }
}
