import { storedFile } from '../files/files.harness';
import type { Job } from './job';

/** A job of Ann's for {@link storedFile} that waits, but for what a test says. */
export function jobWith(changes: Partial<Job> = {}): Job {
  const { fileId, owner, filename } = storedFile();
  return {
    jobId: 'job',
    owner,
    fileId,
    filename,
    processor: 'text',
    source: null,
    options: {},
    notify: null,
    priority: 'normal',
    status: 'pending',
    progress: 0,
    attempt: 0,
    result: null,
    error: null,
    artifacts: [],
    createdAt: 0,
    startedAt: null,
    finishedAt: null,
    expiresAt: null,
    version: 1,
    ...changes,
  };
}
