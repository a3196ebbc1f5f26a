import { DomainError, Problem } from '../platform/errors/domain-error';
import type { Report } from './report';

@Problem({
  code: 'report_not_found',
  status: 404,
  title: 'There is no such report',
  meaning: 'No report of yours has this id. The same answer is given for a report of somebody else.',
})
export class ReportNotFound extends DomainError {
  constructor(reportId: string) {
    super('There is no such report.', { extensions: { report_id: reportId } });
  }
}

@Problem({
  code: 'report_not_ready',
  status: 409,
  title: 'The report is not there yet',
  meaning:
    'The report waits, is being compiled, or could not be made; `report_status` says which, and `GET /reports/{report_id}` why.',
})
export class ReportNotReady extends DomainError {
  constructor({ reportId, status }: Report) {
    super(`The report is ${status}.`, { extensions: { report_id: reportId, report_status: status } });
  }
}
