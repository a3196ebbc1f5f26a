import type { JobStatus } from '@filemill/sdk';
import { filemill, queries } from '../api/client';
import { jobKey } from '../api/live';
import { Icon, type IconName } from '../ui/icon';
import { showTrouble } from '../ui/toasts';
import { deleteJob } from './deletions';
import { isSettled } from './jobs-cache';

interface JobActionsProps {
  readonly job: JobStatus;
  /** With words, where there is room for them. */
  readonly withWords?: boolean;
  readonly onDeleted?: () => void;
}

/** What an owner can do with a job, as far as it makes sense now. */
export function JobActions({ job, withWords = false, onDeleted }: JobActionsProps) {
  const { status, filename } = job;
  const path = { job_id: job.job_id };
  const isOver = isSettled(status);
  const button = (icon: IconName, word: string, onClick: () => void) => (
    <button
      type="button"
      className={withWords ? 'button' : 'icon-button'}
      aria-label={withWords ? undefined : `${word} ${filename}`}
      title={withWords ? undefined : word}
      onClick={onClick}
    >
      <Icon name={icon} />
      {withWords && word}
    </button>
  );
  return (
    <span className="job-actions">
      {!isOver && button('stop', 'Cancel', () => void act(job, filemill.cancelJob({ path })))}
      {isOver &&
        status !== 'completed' &&
        button('retry', 'Retry', () => void act(job, filemill.retryJob({ path })))}
      {button('trash', 'Delete', () => {
        deleteJob(job);
        onDeleted?.();
      })}
    </span>
  );
}

/** Shows what came of it, whether events are coming or not. */
async function act(job: JobStatus, outcome: Promise<unknown>): Promise<void> {
  try {
    await outcome;
  } catch (error) {
    showTrouble(error, job.filename);
  }
  await queries.invalidateQueries({ queryKey: jobKey(job.job_id) });
  await queries.invalidateQueries({ queryKey: ['jobs'] });
}
