import { JOB_STATUSES, type JobState } from '../../jobs/job';
import { DAY_MS } from '../../platform/clock/durations';
import { Highest } from './highest';
import type { ReportedJob } from './reported-jobs.repository';

/** Jobs listed one by one: the slowest, the largest, the last that failed. */
export const LISTED = 20;
/** Reasons kept apart; what comes beyond counts as {@link OTHER_REASON}. */
const REASONS = 100;
const OTHER_REASON = { code: 'other', title: 'Other reasons' };

export type Totals = Readonly<Record<JobState, number>>;

export interface ProcessorFigures {
  /** Null for jobs whose file never came. */
  readonly processor: string | null;
  readonly totals: Totals;
  /** Of their files. */
  readonly sizeBytes: number;
  /** Sum of their last runs. */
  readonly processingMs: number;
}

export interface DayFigures {
  /** Midnight UTC, ms since the Unix epoch. */
  readonly day: number;
  readonly totals: Totals;
}

/** How many jobs failed for a reason. */
export interface ReasonFigures {
  readonly code: string;
  readonly title: string;
  readonly processor: string | null;
  readonly jobs: number;
}

/** What there is to say about jobs, however many. */
export interface Figures {
  readonly totals: Totals;
  readonly sizeBytes: number;
  /** The most used first. */
  readonly byProcessor: readonly ProcessorFigures[];
  /** Days on which jobs were made, the earliest first. */
  readonly byDay: readonly DayFigures[];
  readonly slowest: readonly ReportedJob[];
  readonly largest: readonly ReportedJob[];
  /** The most frequent first. */
  readonly reasons: readonly ReasonFigures[];
  /** The last first. */
  readonly failures: readonly ReportedJob[];
}

/** How long the last run of a job took, in milliseconds; null when it had none that ended. */
export function processingMs({ startedAt, finishedAt }: ReportedJob): number | null {
  return startedAt === null || finishedAt === null ? null : finishedAt - startedAt;
}

export function sum(totals: Totals): number {
  return JOB_STATUSES.reduce((all, status) => all + totals[status], 0);
}

type Counts = Record<JobState, number>;
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Adds up jobs as they come by. What it keeps grows with days, processors and reasons, not with jobs. */
export class FiguresTally {
  private readonly totals = none();
  private sizeBytes = 0;
  private readonly processors = new Map<string | null, Mutable<ProcessorFigures> & { totals: Counts }>();
  private readonly days = new Map<number, Counts>();
  private readonly reasons = new Map<string, Mutable<ReasonFigures>>();
  private readonly slowest = new Highest<ReportedJob>(LISTED);
  private readonly largest = new Highest<ReportedJob>(LISTED);
  private readonly failures = new Highest<ReportedJob>(LISTED);

  add(job: ReportedJob): void {
    const { status, createdAt, sizeBytes, finishedAt } = job;
    const took = processingMs(job);
    this.totals[status]++;
    this.sizeBytes += sizeBytes ?? 0;
    this.addToDay(status, createdAt - (createdAt % DAY_MS));
    this.addToProcessor(job, took ?? 0);
    if (took !== null) this.slowest.add(took, job);
    if (sizeBytes !== null) this.largest.add(sizeBytes, job);
    if (status !== 'failed') return;
    this.addReason(job);
    this.failures.add(finishedAt ?? createdAt, job);
  }

  figures(): Figures {
    return {
      totals: this.totals,
      sizeBytes: this.sizeBytes,
      byProcessor: [...this.processors.values()].toSorted((a, b) => sum(b.totals) - sum(a.totals)),
      byDay: [...this.days].map(([day, totals]) => ({ day, totals })).toSorted((a, b) => a.day - b.day),
      slowest: this.slowest.values(),
      largest: this.largest.values(),
      reasons: [...this.reasons.values()].toSorted((a, b) => b.jobs - a.jobs),
      failures: this.failures.values(),
    };
  }

  private addToDay(status: JobState, day: number): void {
    const counts = this.days.get(day) ?? none();
    counts[status]++;
    this.days.set(day, counts);
  }

  private addToProcessor({ processor, status, sizeBytes }: ReportedJob, took: number): void {
    const of = this.processors.get(processor) ?? { processor, totals: none(), sizeBytes: 0, processingMs: 0 };
    of.totals[status]++;
    of.sizeBytes += sizeBytes ?? 0;
    of.processingMs += took;
    this.processors.set(processor, of);
  }

  private addReason({ processor, reason }: ReportedJob): void {
    const known = reason ?? OTHER_REASON;
    const isNew = !this.reasons.has(`${known.code} ${processor}`);
    const { code, title } = isNew && this.reasons.size >= REASONS ? OTHER_REASON : known;
    const key = `${code} ${processor}`;
    const of = this.reasons.get(key) ?? { code, title, processor, jobs: 0 };
    of.jobs++;
    this.reasons.set(key, of);
  }
}

function none(): Counts {
  return { pending: 0, processing: 0, completed: 0, failed: 0, cancelled: 0 };
}
