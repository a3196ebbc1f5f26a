import { DomainEvent } from '../platform/events/event-bus';
import type { AdminAct } from './admin-act';

/** An administrator did something that only administrators may: also that they looked is told. */
export class AdminActed extends DomainEvent {
  static readonly type = 'admin.acted';
  override readonly type = AdminActed.type;

  /** @param subject - id of what it was done to; null when it was to no single thing */
  constructor(
    readonly userId: string,
    readonly act: AdminAct,
    readonly subject: string | null,
  ) {
    super();
  }
}
