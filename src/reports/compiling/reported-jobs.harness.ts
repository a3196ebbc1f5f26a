import type { Reason, ReportedJob } from './reported-jobs.repository';

export const REASON: Reason = {
  code: 'text_not_valid',
  title: 'The text is not valid',
  detail: 'At byte 3.',
};

/** A job that was completed, but for what a test says. */
export function reportedJob(changes: Partial<ReportedJob> = {}): ReportedJob {
  return {
    jobId: 'job',
    filename: 'note.txt',
    processor: 'text',
    status: 'completed',
    createdAt: 0,
    startedAt: null,
    finishedAt: null,
    sizeBytes: 3,
    reason: null,
    ...changes,
  };
}
