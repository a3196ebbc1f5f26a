import { cleanFileName } from '../files/file-name';
import type { Owner } from '../platform/http/caller.decorator';
import type { RecordedBlob } from '../platform/storage/intact-bytes';

export const REPORT_FORMATS = ['html', 'csv'] as const;

export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** A report waits, is compiled, and then is there, or could not be made. */
export const REPORT_STATUSES = ['queued', 'running', 'completed', 'failed'] as const;

export type ReportStatus = (typeof REPORT_STATUSES)[number];

/** Jobs that were made not before `from` and before `to`, ms since the Unix epoch; null for no bound. */
export interface Period {
  readonly from: number | null;
  readonly to: number | null;
}

/** What an owner asks for. */
export interface ReportWish extends Period {
  readonly name: string;
  /** One address, and nothing but an address. */
  readonly recipient: string;
  readonly format: ReportFormat;
}

/** The figures of an owner's jobs, as a file that is mailed and kept. Times are milliseconds since the Unix epoch. */
export interface Report extends ReportWish {
  readonly reportId: string;
  readonly owner: Owner;
  readonly status: ReportStatus;
  /** Why it could not be made; null unless it failed. */
  readonly error: string | null;
  /** Null until it is completed. */
  readonly file: RecordedBlob | null;
  /** The mail it went out with; null until it is completed, and when its address had got enough. */
  readonly mailId: string | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** When it is deleted; null for never. */
  readonly expiresAt: number | null;
}

export const CONTENT_TYPES: Readonly<Record<ReportFormat, string>> = {
  html: 'text/html; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
};

/** What file systems and shells make something else of. */
const AMBIGUOUS = /[/\\:*?"<>|]+/g;

/** The name of a report's file. */
export function fileNameOf({ name, format }: Report): string {
  return cleanFileName(`${name.replaceAll(AMBIGUOUS, '-')}.${format}`);
}
