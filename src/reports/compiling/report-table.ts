import { JOB_STATUSES } from '../../jobs/job';
import { processingMs, type Figures, type Totals } from './figures';
import type { ReportedJob } from './reported-jobs.repository';
import { day } from './report-texts';

const COLUMNS = [
  'section',
  'processor',
  'day',
  'status',
  'jobs',
  'size_bytes',
  'processing_time',
  'job_id',
  'filename',
  'created_at',
  'finished_at',
  'code',
  'reason',
] as const;

type Row = Partial<Record<(typeof COLUMNS)[number], string | number | null>> & { readonly section: string };

/** What spreadsheets take for a formula when a cell begins with it, full-width forms and line breaks included. */
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;
const QUOTED = /[",\r\n]/;

/**
 * A report as CSV (RFC 4180) in UTF-8, in pieces: one table, in which `section` says what a row is about, so that
 * programs need no other parser and people filter by the first column. Times are RFC 3339, `processing_time` seconds.
 */
export function* reportTable(figures: Figures): Generator<string> {
  yield '\uFEFF'; // by which spreadsheets know UTF-8
  yield line(COLUMNS);
  for (const row of rows(figures)) yield line(COLUMNS.map((column) => row[column] ?? ''));
}

function* rows(figures: Figures): Generator<Row> {
  const { byProcessor, byDay, slowest, largest, reasons, failures } = figures;
  yield* totalRows({ section: 'total' }, figures.totals);
  for (const { processor, totals, sizeBytes, processingMs: took } of byProcessor) {
    yield* totalRows({ section: 'processor', processor }, totals);
    yield { section: 'processor', processor, size_bytes: sizeBytes, processing_time: took / 1000 };
  }
  for (const { day: at, totals } of byDay) yield* totalRows({ section: 'day', day: day(at) }, totals);
  for (const job of slowest) yield jobRow('slowest', job);
  for (const job of largest) yield jobRow('largest', job);
  for (const { code, title, processor, jobs } of reasons)
    yield { section: 'failure_reason', processor, status: 'failed', jobs, code, reason: title };
  for (const job of failures)
    yield { ...jobRow('failure', job), code: job.reason?.code, reason: job.reason?.detail };
}

function* totalRows(row: Row, totals: Totals): Generator<Row> {
  for (const status of JOB_STATUSES) if (totals[status] > 0) yield { ...row, status, jobs: totals[status] };
}

function jobRow(section: string, job: ReportedJob): Row {
  const took = processingMs(job);
  return {
    section,
    processor: job.processor,
    status: job.status,
    size_bytes: job.sizeBytes,
    processing_time: took === null ? null : took / 1000,
    job_id: job.jobId,
    filename: job.filename,
    created_at: time(job.createdAt),
    finished_at: time(job.finishedAt),
  };
}

function time(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

function line(cells: readonly (string | number)[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

/** Numbers are ours; what may come from outside is never a formula. */
function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
