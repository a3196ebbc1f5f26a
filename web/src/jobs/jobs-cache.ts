import type { JobState, JobStatus, LiveEvent, Page } from '@filemill/sdk';

/** Which jobs a list shows. */
export interface JobFilter {
  readonly status?: JobState;
  readonly processor?: string;
  readonly filename?: string;
  readonly category?: string;
  readonly tag?: string;
}

/** The pages of a list as they were loaded, newest first. */
export interface JobPages {
  readonly pages: readonly Page<JobStatus>[];
  readonly pageParams: readonly unknown[];
}

/**
 * What a list shows after something has happened to a job: jobs change where they are, new ones enter at their
 * place, and those that no longer belong leave. A job beyond what is loaded comes with its page.
 */
export function applyEvent<T extends JobPages>(list: T, { event, data }: LiveEvent, filter: JobFilter): T {
  if (event === 'job.deleted') return withoutJob(list, data.job_id);
  const isShown = list.pages.some(({ items }) => items.some(({ job_id }) => job_id === data.job_id));
  if (!matches(data, filter)) return isShown ? withoutJob(list, data.job_id) : list;
  if (isShown) return mapItems(list, (items) => items.map((job) => newer(job, data)));
  return asksMore(filter) ? list : withNewJob(list, data);
}

/** The same for one page, of which only the first takes what is new. */
export function applyToPage(
  page: Page<JobStatus>,
  event: LiveEvent,
  filter: JobFilter,
  isFirst: boolean,
): Page<JobStatus> {
  const isShown = page.items.some(({ job_id }) => job_id === event.data.job_id);
  if (!isShown && !isFirst) return page;
  return applyEvent({ pages: [page], pageParams: [] }, event, filter).pages[0];
}

/** What is seen of a job after another look at it. Of two looks the one that got further counts. */
export function newer(job: JobStatus, seen: JobStatus): JobStatus {
  if (job.job_id !== seen.job_id) return job;
  if (seen.attempt < job.attempt) return job;
  const isLate = seen.attempt === job.attempt && seen.status === 'processing' && isSettled(job.status);
  return isLate ? job : seen;
}

export function withoutJob<T extends JobPages>(list: T, jobId: string): T {
  return mapItems(list, (items) => items.filter(({ job_id }) => job_id !== jobId));
}

export function isSettled(status: JobState): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

/** Whether there is a file: one that is to be fetched from elsewhere may never come. */
export function hasFile({ processor }: JobStatus): boolean {
  return processor !== null;
}

/** Whether a list with this filter shows a job, as far as the job tells: not its category, not its tags. */
export function matches(job: JobStatus, { status, processor, filename }: JobFilter): boolean {
  return (
    (status === undefined || job.status === status) &&
    (processor === undefined || job.processor === processor) &&
    (filename === undefined || job.filename.toLowerCase().includes(filename.toLowerCase()))
  );
}

/** Whether only the service knows if a job that is not shown belongs to the list. */
export function asksMore({ category, tag }: JobFilter): boolean {
  return category !== undefined || tag !== undefined;
}

/** Ids grow with time, so the newest job has the greatest. */
function withNewJob<T extends JobPages>(list: T, job: JobStatus): T {
  const target = list.pages.findIndex(
    ({ items, nextCursor }) => nextCursor === undefined || items.some(({ job_id }) => job_id < job.job_id),
  );
  if (target === -1) return list;
  const pages = list.pages.map((page, index) => (index === target ? insert(page, job) : page));
  return { ...list, pages };
}

function insert(page: Page<JobStatus>, job: JobStatus): Page<JobStatus> {
  const place = page.items.findIndex(({ job_id }) => job_id < job.job_id);
  const items = [...page.items];
  items.splice(place === -1 ? items.length : place, 0, job);
  return { ...page, items };
}

function mapItems<T extends JobPages>(list: T, change: (items: JobStatus[]) => JobStatus[]): T {
  return { ...list, pages: list.pages.map((page) => ({ ...page, items: change(page.items) })) };
}
