import type { Usage } from '../files/owner-usage';
import { JOB_STATUSES, type JobState } from '../jobs/job';
import type { JobCount, MinuteCount } from '../jobs/job-counts';
import { DAY_MS, MINUTE_MS } from '../platform/clock/durations';

/** Days in the statistics, today among them. */
export const DAYS = 30;

export type Totals = Readonly<Record<JobState, number>>;

/** What an owner has, at one moment. Times are milliseconds since the Unix epoch. */
export interface Stats {
  readonly at: number;
  readonly totals: Totals;
  /** Those that have jobs, the most used first; `processor` is null for jobs whose file never came. */
  readonly byProcessor: readonly { readonly processor: string | null; readonly totals: Totals }[];
  /** The last {@link DAYS} days by UTC, also those without a job, the oldest first. */
  readonly byDay: readonly { readonly day: number; readonly totals: Totals }[];
  readonly stored: Usage;
}

/** What happened in a minute, and how many jobs were under way when it ended. */
export interface Minute {
  readonly at: number;
  readonly arrived: number;
  readonly unfinished: number;
  readonly totals: Totals;
  readonly byProcessor: readonly { readonly processor: string | null; readonly totals: Totals }[];
}

function totalsOf<T extends { readonly jobs: number }>(
  counts: readonly T[],
  statusOf: (count: T) => string,
): Totals {
  const totals = Object.fromEntries(JOB_STATUSES.map((status) => [status, 0])) as Record<string, number>;
  for (const count of counts) if (statusOf(count) in totals) totals[statusOf(count)] += count.jobs;
  return totals as Totals;
}

function sum(totals: Totals): number {
  return Object.values(totals).reduce((all, jobs) => all + jobs, 0);
}

function byProcessor<T extends { readonly processor: string | null; readonly jobs: number }>(
  counts: readonly T[],
  statusOf: (count: T) => string,
): { processor: string | null; totals: Totals }[] {
  return [...groupBy(counts, ({ processor }) => processor)]
    .map(([processor, of]) => ({ processor, totals: totalsOf(of, statusOf) }))
    .filter(({ totals }) => sum(totals) > 0)
    .toSorted((a, b) => sum(b.totals) - sum(a.totals));
}

function groupBy<T, Key>(all: readonly T[], keyOf: (one: T) => Key): Map<Key, T[]> {
  const groups = new Map<Key, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return groups;
}

export function toStats(counts: readonly JobCount[], stored: Usage, at: number): Stats {
  const today = at - (at % DAY_MS);
  const days = Array.from({ length: DAYS }, (_, index) => today - (DAYS - 1 - index) * DAY_MS);
  const statusOf = ({ status }: JobCount) => status;
  const ofDay = groupBy(counts, ({ day }) => day);
  return {
    at,
    totals: totalsOf(counts, statusOf),
    byProcessor: byProcessor(counts, statusOf),
    byDay: days.map((day) => ({ day, totals: totalsOf(ofDay.get(day) ?? [], statusOf) })),
    stored,
  };
}

/** The last `length` minutes, that of `at` among them. @param unfinished - jobs that wait or run at `at` */
export function toMinutes(
  counts: readonly MinuteCount[],
  length: number,
  unfinished: number,
  at: number,
): Minute[] {
  const ofMinute = groupBy(counts, ({ minute }) => minute);
  const minutes: Minute[] = [];
  let left = unfinished;
  for (let minute = at - (at % MINUTE_MS); minutes.length < length; minute -= MINUTE_MS) {
    const happened = ofMinute.get(minute) ?? [];
    const totals = totalsOf(happened, ({ outcome }) => outcome);
    const [arrived, removed] = ['arrived', 'removed'].map((flow) =>
      happened.filter(({ outcome }) => outcome === flow).reduce((all, { jobs }) => all + jobs, 0),
    );
    const processors = byProcessor(happened, ({ outcome }) => outcome);
    minutes.push({ at: minute, arrived, unfinished: left, totals, byProcessor: processors });
    left = Math.max(0, left - arrived + sum(totals) + removed); // as it was when this minute began
  }
  return minutes.toReversed();
}
