import type { JobStatus } from '@filemill/sdk';
import { filemill, queries } from '../api/client';
import { take } from '../api/live';
import { hasCode } from '../api/problems';
import { announce } from '../ui/announcer';
import { Store } from '../ui/store';
import { hideToast, showToast, showTrouble } from '../ui/toasts';

/** How long a deletion can be taken back. */
const UNDO_MS = 7000;

/** Jobs that are as good as deleted: not shown, and gone for good when nobody objects. */
export const deletions = new Store<ReadonlySet<string>>(new Set());

/** Deletes a job, but for a while only in appearance. */
export function deleteJob({ job_id: jobId, filename }: JobStatus): void {
  deletions.update((ids) => new Set([...ids, jobId]));
  announce(`${filename}: deleted`);
  showToast({
    id: toastOf(jobId),
    text: `Deleted ${filename}`,
    ms: UNDO_MS,
    action: { label: 'Undo', run: () => keep(jobId, filename) },
    onGone: () => void carryOut(jobId),
  });
}

/**
 * Whoever leaves does not come back to undo. Browsers give a page that is left a moment to say so, and one that is
 * too busy for it keeps its jobs: they are shown again.
 */
window.addEventListener('pagehide', () => {
  for (const jobId of deletions.get()) void carryOut(jobId, true);
});

const toastOf = (jobId: string) => `delete ${jobId}`;

function keep(jobId: string, filename: string): void {
  forget(jobId);
  announce(`${filename}: kept`);
}

async function carryOut(jobId: string, isLeaving = false): Promise<void> {
  hideToast(toastOf(jobId));
  try {
    await filemill.deleteJob({ path: { job_id: jobId }, keepalive: isLeaving });
    take({ event: 'job.deleted', data: { job_id: jobId } });
  } catch (error) {
    if (hasCode(error, 'job_not_found')) take({ event: 'job.deleted', data: { job_id: jobId } });
    else showTrouble(error, 'Not deleted');
  } finally {
    forget(jobId);
    void queries.invalidateQueries({ queryKey: ['stats'] });
  }
}

function forget(jobId: string): void {
  deletions.update((ids) => new Set([...ids].filter((id) => id !== jobId)));
}
