/** The kind of the task that processes a job. The task's id is that of the job: a job has one at most. */
export const PROCESS_JOB = 'process-job';

/** The same for a job whose file has to be fetched first: those wait for others, and not for a thread. */
export const IMPORT_JOB = 'import-job';

export interface ProcessJob {
  readonly jobId: string;
}
