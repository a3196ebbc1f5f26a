import type { JobStatus, LiveEvent, Page } from '@filemill/sdk';
import type { InfiniteData, QueryKey } from '@tanstack/react-query';
import { useEffect } from 'react';
import { applyEvent, asksMore, newer, type JobFilter } from '../jobs/jobs-cache';
import { announce } from '../ui/announcer';
import { Store } from '../ui/store';
import { filemill, queries } from './client';
import { Broadcast, useStream, type Stream, type StreamState } from './streams';

/** How soon figures follow the first of many events. */
const PROMPT_MS = 1000;

/** Whether what is shown follows what happens. */
export const liveState = new Store<StreamState>('connecting');

/** What happens to jobs. */
export const jobEvents = new Broadcast<LiveEvent>();

export const jobKey = (jobId: string) => ['job', jobId] as const;
export const jobsKey = (filter: JobFilter) => ['jobs', filter] as const;

const WORDS: Partial<Record<LiveEvent['event'], string>> = {
  'job.completed': 'completed',
  'job.failed': 'failed',
  'job.cancelled': 'cancelled',
};

const JOBS: Stream<LiveEvent> = {
  watch: (options) => filemill.watchAll(options),
  idOf: ({ id }) => id,
  onEvent: take,
  onState: (state) => {
    liveState.update(() => state);
    if (state === 'live') void Promise.all([askAnew(['jobs']), askAnew(['job']), askFailed()]);
  },
};

/**
 * What happened before a connection stood was told to nobody. What has been asked for before is given up too: its
 * answer may be older than the connection.
 */
export async function askAnew(queryKey: QueryKey): Promise<void> {
  await queries.cancelQueries({ queryKey });
  await queries.invalidateQueries({ queryKey });
}

/** Where the service answers again, what else failed may work. */
function askFailed(): Promise<void> {
  return queries.refetchQueries({
    type: 'active',
    predicate: ({ state, queryKey: [name] }) => state.status === 'error' && name !== 'jobs' && name !== 'job',
  });
}

/** Keeps jobs as they are shown in step with the service. */
export function useLiveJobs(): void {
  useStream(JOBS);
}

/** Puts what is known of a job now wherever the job is shown. */
export function take(event: LiveEvent): void {
  for (const [key, list] of queries.getQueriesData<InfiniteData<Page<JobStatus>>>({ queryKey: ['jobs'] })) {
    const filter = key[1] as JobFilter;
    if (list) queries.setQueryData(key, applyEvent(list, event, filter));
    if (event.event === 'job.queued' && asksMore(filter)) void queries.invalidateQueries({ queryKey: key });
  }
  jobEvents.tell(event);
  if (event.event === 'job.deleted') {
    void queries.resetQueries({ queryKey: jobKey(event.data.job_id) }); // whoever looks at it asks anew
    return;
  }
  const { data: job } = event;
  queries.setQueryData<JobStatus>(jobKey(job.job_id), (known) => (known ? newer(known, job) : job));
  const words = WORDS[event.event];
  if (words !== undefined) announce(`${job.filename}: ${words}`);
}

/**
 * Asks anew for what follows from jobs soon after one has changed, and however many do, no more often than
 * `everyMs`: requests are counted.
 *
 * @param queryKey - the same one each time
 */
export function useRefreshByJobs(queryKey: QueryKey, everyMs: number): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let refreshedAt = -Infinity;
    const refresh = () => {
      timer = undefined;
      refreshedAt = performance.now();
      void queries.invalidateQueries({ queryKey });
    };
    const leave = jobEvents.listen(({ event }) => {
      if (event === 'job.progressed') return;
      timer ??= setTimeout(refresh, Math.max(PROMPT_MS, refreshedAt + everyMs - performance.now()));
    });
    return () => {
      leave();
      clearTimeout(timer);
    };
  }, [queryKey, everyMs]);
}
