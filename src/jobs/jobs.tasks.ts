/** The kind of the task that processes a job. The task's id is that of the job: a job has one at most. */
export const PROCESS_JOB = 'process-job';

export interface ProcessJob {
  readonly jobId: string;
}
