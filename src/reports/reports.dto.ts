import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import {
  IsEmail,
  IsIn,
  IsISO8601,
  IsNotEmpty,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
} from 'class-validator';
import { ValidationFailed } from '../platform/http/http.errors';
import {
  fileNameOf,
  REPORT_FORMATS,
  REPORT_STATUSES,
  type Report,
  type ReportFormat,
  type ReportStatus,
  type ReportWish,
} from './report';

const IsTime = () => IsISO8601({ strict: true, strictSeparator: true });

@ApiSchema({ name: 'CreateReport', description: 'A report that is to be compiled and mailed.' })
export class CreateReportDto {
  /**
   * Whom it is mailed to
   * @example ada@example.org
   */
  @IsEmail()
  @MaxLength(254)
  @ApiProperty({ format: 'email' })
  recipient_email!: string;

  /**
   * Its title, and the name of its file
   * @example 'Invoices of November'
   */
  @IsString()
  @IsNotEmpty()
  @MaxLength(120)
  @Matches(/^\P{Cc}*$/u, { message: 'report_name must not contain control characters' })
  @ApiProperty()
  report_name!: string;

  /**
   * Of jobs that were made then or later; of all when left out.
   * @example 2026-11-01T00:00:00.000Z
   */
  @IsOptional()
  @IsTime()
  @ApiPropertyOptional({ format: 'date-time' })
  from?: string;

  /**
   * Of jobs that were made before; until now when left out.
   * @example 2026-12-01T00:00:00.000Z
   */
  @IsOptional()
  @IsTime()
  @ApiPropertyOptional({ format: 'date-time' })
  to?: string;

  /** A page with charts, or a table for programs and spreadsheets. */
  @IsOptional()
  @IsIn(REPORT_FORMATS)
  @ApiPropertyOptional({ enum: REPORT_FORMATS })
  format: ReportFormat = 'html';
}

@ApiSchema({ name: 'RequestedReport', description: 'A report that is being compiled.' })
export class RequestedReportDto {
  /** @example 019a9c1e-7b3d-7c52-8a41-5d8f3c9b2e10 */
  @ApiProperty({ format: 'uuid' })
  report_id!: string;

  /** @example 'Accepted. The report is compiled in the background: follow /reports/019a9c1e-…' */
  @ApiProperty()
  message!: string;
}

@ApiSchema({ name: 'Report', description: 'A report, and how far it has come.' })
export class ReportDto {
  /** @example 019a9c1e-7b3d-7c52-8a41-5d8f3c9b2e10 */
  @ApiProperty({ format: 'uuid' })
  report_id!: string;

  /** @example 'Invoices of November' */
  @ApiProperty()
  report_name!: string;

  /** @example ada@example.org */
  @ApiProperty({ format: 'email' })
  recipient_email!: string;

  /** @example html */
  @ApiProperty({ enum: REPORT_FORMATS })
  format!: ReportFormat;

  /** @example 2026-11-01T00:00:00.000Z */
  @ApiProperty({ format: 'date-time' })
  from!: string | null;

  /** @example 2026-12-01T00:00:00.000Z */
  @ApiProperty({ format: 'date-time' })
  to!: string | null;

  /** @example completed */
  @ApiProperty({ enum: REPORT_STATUSES })
  status!: ReportStatus;

  /**
   * Why it could not be made; null unless it failed.
   * @example null
   */
  @ApiProperty()
  error!: string | null;

  /**
   * Whether a mail was made of it: false while it is not completed, and when the address had got enough mails for an hour.
   * @example true
   */
  @ApiProperty()
  mailed!: boolean;

  /** @example 'Invoices of November.html' */
  @ApiProperty()
  filename!: string;

  /**
   * Null until it is completed.
   * @example 18245
   */
  @ApiProperty({ type: 'integer', minimum: 0 })
  size_bytes!: number | null;

  /**
   * Path to download it from, below the address of the service; null until it is completed.
   * @example /reports/019a9c1e-7b3d-7c52-8a41-5d8f3c9b2e10/download
   */
  @ApiProperty()
  url!: string | null;

  /** @example 2026-12-01T09:30:00.000Z */
  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  /** @example 2026-12-01T09:30:00.010Z */
  @ApiProperty({ format: 'date-time' })
  started_at!: string | null;

  /** @example 2026-12-01T09:30:00.260Z */
  @ApiProperty({ format: 'date-time' })
  finished_at!: string | null;

  /**
   * When it is deleted; null for never.
   * @example null
   */
  @ApiProperty({ format: 'date-time' })
  expires_at!: string | null;
}

/** @throws ValidationFailed when the period ends before it begins */
export function toWish({ recipient_email, report_name, format, ...period }: CreateReportDto): ReportWish {
  const [from, to] = [period.from, period.to].map((time) => (time === undefined ? null : Date.parse(time)));
  if (from !== null && to !== null && from >= to)
    throw new ValidationFailed([{ field: 'to', message: 'to must be later than from' }]);
  return { recipient: recipient_email, name: report_name, format, from, to };
}

export function pathOf({ reportId }: Report): string {
  return `/reports/${reportId}`;
}

export function toRequestedReport(report: Report): RequestedReportDto {
  const message = `Accepted. The report is compiled in the background: follow ${pathOf(report)}`;
  return { report_id: report.reportId, message };
}

export function toReportDto(report: Report): ReportDto {
  return {
    report_id: report.reportId,
    report_name: report.name,
    recipient_email: report.recipient,
    format: report.format,
    from: toTime(report.from),
    to: toTime(report.to),
    status: report.status,
    error: report.error,
    mailed: report.mailId !== null,
    filename: fileNameOf(report),
    size_bytes: report.file?.sizeBytes ?? null,
    url: report.file && `${pathOf(report)}/download`,
    created_at: new Date(report.createdAt).toISOString(),
    started_at: toTime(report.startedAt),
    finished_at: toTime(report.finishedAt),
    expires_at: toTime(report.expiresAt),
  };
}

function toTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
