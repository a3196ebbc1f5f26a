import type { JobState, JobStatus } from '@filemill/sdk';
import { Progress } from '../ui/progress';

const WORDS: Record<JobState, string> = {
  pending: 'Waiting',
  processing: 'Processing',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

export function StatusBadge({ job: { status, progress, filename } }: { job: JobStatus }) {
  return (
    <span className="status">
      <span className={`badge badge-${status}`}>{WORDS[status]}</span>
      {status === 'processing' && (
        <Progress value={progress > 0 ? progress : undefined} label={`${filename}: processing`} />
      )}
    </span>
  );
}

export const statusWords = WORDS;
