import type { StoredFile } from '../files/files.repository';
import type { Job } from '../jobs/job';
import type { RefusedFile } from './uploads.errors';

/** A file that has an owner, and the job that processes it. */
export interface AcceptedUpload {
  readonly file: StoredFile;
  readonly job: Job;
}

export interface AcceptedBatch {
  readonly accepted: readonly AcceptedUpload[];
  readonly refused: readonly RefusedFile[];
}
