import { useQuery } from '@tanstack/react-query';
import { filemill } from '../api/client';
import { jobEvents, jobKey } from '../api/live';
import { newer } from './jobs-cache';

/** A job as it stands; live events keep it so. */
export function useJob(jobId: string) {
  return useQuery({
    queryKey: jobKey(jobId),
    queryFn: ({ signal }) =>
      jobEvents.during(
        () => filemill.getJob({ path: { job_id: jobId }, signal }),
        (job, { event, data }) => (event === 'job.deleted' ? job : newer(job, data)),
      ),
  });
}
