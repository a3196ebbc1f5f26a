import { DomainEvent } from '../platform/events/event-bus';
import type { Report } from './report';

abstract class ReportEvent extends DomainEvent {
  constructor(readonly report: Report) {
    super();
  }
}

/** Somebody asked for a report; it waits. */
export class ReportRequested extends ReportEvent {
  static readonly type = 'report.requested';
  override readonly type = ReportRequested.type;
}

/** It is there, and its mail waits to be sent. */
export class ReportCompleted extends ReportEvent {
  static readonly type = 'report.completed';
  override readonly type = ReportCompleted.type;
}

/** It could not be made. */
export class ReportFailed extends ReportEvent {
  static readonly type = 'report.failed';
  override readonly type = ReportFailed.type;
}
