import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { filemill } from '../api/client';
import { jobEvents, jobsKey, liveState } from '../api/live';
import { LiveMark } from '../ui/live-mark';
import { More } from '../ui/more';
import { Empty, ErrorNotice, Loading } from '../ui/states';
import { Store, useStore } from '../ui/store';
import { deletions } from './deletions';
import { JobFilters } from './job-filters';
import { applyToPage, type JobFilter } from './jobs-cache';
import { JobsTable } from './jobs-table';

const PAGE = 50;

/** What the reader looks for; it stays while they look at a job. */
export const jobFilter = new Store<JobFilter>({});

export function JobsSection() {
  const filter = useStore(jobFilter);
  const settled = useDeferredValue(filter);
  const asked = { ...settled, filename: settled.filename?.trim() || undefined };
  const jobs = useJobs(asked);
  const hidden = useStore(deletions);
  const shown = jobs.data?.pages.flatMap(({ items }) => items).filter(({ job_id }) => !hidden.has(job_id));
  const isFiltered = Object.values(asked).some((value) => value !== undefined);
  return (
    <section className="jobs" aria-labelledby="jobs-title">
      <div className="section-head">
        <h2 id="jobs-title">Jobs</h2>
        <LiveMark state={useStore(liveState)} />
      </div>
      <JobFilters filter={filter} onChange={(chosen) => jobFilter.update(() => chosen)} />
      {jobs.isPending && <Loading lines={5} label="Loading jobs" />}
      {jobs.isError && <ErrorNotice error={jobs.error} onRetry={() => void jobs.refetch()} />}
      {shown?.length === 0 && (
        <Empty title={isFiltered ? 'No job is like that' : 'No jobs yet'}>
          {isFiltered ? 'Change the filters to see others.' : 'Hand in a file above, and follow it here.'}
        </Empty>
      )}
      {shown && shown.length > 0 && <JobsTable jobs={shown} />}
      <More
        hasMore={jobs.hasNextPage}
        isLoading={jobs.isFetchingNextPage}
        onMore={() => void jobs.fetchNextPage()}
      />
    </section>
  );
}

function useJobs(filter: JobFilter) {
  return useInfiniteQuery({
    queryKey: jobsKey(filter),
    queryFn: ({ pageParam, signal }) =>
      jobEvents.during(
        () => filemill.jobsPage({ ...filter, limit: PAGE, cursor: pageParam }, signal),
        (page, event) => applyToPage(page, event, filter, pageParam === undefined),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: keepPreviousData,
  });
}
