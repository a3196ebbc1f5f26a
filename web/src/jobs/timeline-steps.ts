import type { LiveEvent } from '@filemill/sdk';

/** One thing that happened to a job. */
export interface Step {
  readonly id: string;
  readonly words: string;
  /** Unknown for what the service does not date. */
  readonly at: string | null;
  readonly tone: 'plain' | 'good' | 'bad';
}

/** Progress is no step of its own, and nobody reads the timeline of a deleted job. */
export function stepOf(event: LiveEvent): Step | undefined {
  if (event.id === undefined || event.event === 'job.deleted') return undefined;
  const { id, data: job } = event;
  const attempt = job.attempt > 1 ? `, attempt ${job.attempt}` : '';
  switch (event.event) {
    case 'job.queued': {
      const isFirst = job.attempt === 0;
      return {
        id,
        words: isFirst ? 'Handed in' : 'Waiting again',
        at: isFirst ? job.created_at : null,
        tone: 'plain',
      };
    }
    case 'job.started':
      return { id, words: `Processing${attempt}`, at: job.started_at, tone: 'plain' };
    case 'job.completed':
      return { id, words: 'Completed', at: job.finished_at, tone: 'good' };
    case 'job.failed':
      return { id, words: 'Failed', at: job.finished_at, tone: 'bad' };
    case 'job.cancelled':
      return { id, words: 'Cancelled', at: job.finished_at, tone: 'bad' };
    default:
      return undefined;
  }
}
