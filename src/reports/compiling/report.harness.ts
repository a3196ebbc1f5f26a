import type { Report } from '../report';

/** A report of Ann's that is being compiled, but for what a test says. */
export function reportWith(changes: Partial<Report> = {}): Report {
  return {
    reportId: 'report',
    owner: 'ann',
    name: 'Invoices',
    recipient: 'ann@example.org',
    format: 'html',
    from: null,
    to: null,
    status: 'running',
    error: null,
    file: null,
    mailId: null,
    createdAt: 0,
    startedAt: 0,
    finishedAt: null,
    expiresAt: null,
    ...changes,
  };
}
