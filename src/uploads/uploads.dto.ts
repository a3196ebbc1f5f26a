import { ApiProperty, ApiPropertyOptional, ApiSchema, OmitType } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { FileDto, toFileDto } from '../files/files.dto';
import type { AnnouncedFile, StoredFile } from '../files/files.repository';
import type { Job, JobState } from '../jobs/job';
import { JOB_STATE } from '../jobs/jobs.dto';
import { JobFields, PROCESSOR_NAME_MESSAGE } from '../jobs/job-fields.dto';
import { toProblem } from '../platform/http/problem';
import { ProblemDto } from '../platform/http/problem.dto';
import type { AcceptedBatch, AcceptedUpload } from './accepted-upload';

/** A hundred years. */
const MAX_EXPIRY_SECONDS = 3_155_760_000;
const NO_NUL = /^[^\0]*$/;
const NO_NUL_MESSAGE = '$property must not contain NUL characters';

/** `a, b,,a` → `['a', 'b']`; nothing for an empty list. */
function splitTags(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  const tags = text.split(',').map((tag) => tag.trim());
  return [...new Set(tags.filter(Boolean))];
}

/** A JSON document as its value; what is none stays text, so that validation refuses it. */
function parseJson(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : text;
  } catch {
    return text;
  }
}

/** What may be said about a file when it is uploaded. Empty fields count as not sent. */
export class UploadFields extends JobFields {
  /** For people. */
  @IsOptional()
  @IsString()
  @MaxLength(1000)
  @Matches(NO_NUL, { message: NO_NUL_MESSAGE })
  description?: string;

  /** Comma-separated, at most 20 of up to 50 characters. */
  @IsOptional()
  @Transform(({ value }) => splitTags(value))
  @ArrayMaxSize(20)
  @MaxLength(50, { each: true })
  @Matches(NO_NUL, { each: true, message: NO_NUL_MESSAGE })
  tags?: string[];

  /** To filter by. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  @Matches(NO_NUL, { message: NO_NUL_MESSAGE })
  category?: string;

  /** Name of the processor; chosen by content when left out. */
  @IsOptional()
  @Matches(/^[a-z][a-z0-9-]*$/, { message: PROCESSOR_NAME_MESSAGE })
  @MaxLength(100)
  processor?: string;

  /** For the processor, as a JSON object. */
  @IsOptional()
  @Transform(({ value }) => parseJson(value))
  @IsObject()
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  options?: object;

  /** Seconds for which the file and its jobs are kept; RETENTION_DAYS may be shorter. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_EXPIRY_SECONDS)
  expires_in?: number;
}

@ApiSchema({
  name: 'UploadUrl',
  description: 'A file that the service is to fetch, and what may be said about it.',
})
export class UploadUrlDto extends UploadFields {
  /**
   * Where the file is: http or https, on the public internet.
   * @example https://example.com/report.pdf
   */
  @IsString()
  @MaxLength(2048)
  url!: string;

  /**
   * The name to give it; that which its server gives it when left out.
   * @example report.pdf
   */
  @IsOptional()
  @IsString()
  @MaxLength(255)
  filename?: string;
}

/** Swagger UI fills examples in and sends them along; without one it would send the word `string`. */
const LEFT_EMPTY = '';

/** The fields of an upload as they travel in a form, for the OpenAPI document. */
class UploadFormFields {
  @ApiPropertyOptional({
    type: 'string',
    maxLength: 1000,
    description: 'What people should know about it.',
    example: LEFT_EMPTY,
  })
  description?: string;

  @ApiPropertyOptional({
    type: 'string',
    description: 'Comma-separated, such as `2026,draft`; at most 20 of up to 50 characters.',
    example: LEFT_EMPTY,
  })
  tags?: string;

  @ApiPropertyOptional({
    type: 'string',
    maxLength: 100,
    description: 'To filter by, such as `minutes`.',
    example: LEFT_EMPTY,
  })
  category?: string;

  @ApiPropertyOptional({
    type: 'string',
    maxLength: 100,
    description: 'Name of the processor, such as `text`; chosen by the file when left out.',
    example: LEFT_EMPTY,
  })
  processor?: string;

  @ApiPropertyOptional({
    type: 'string',
    description:
      'What the processor is asked for, as a JSON object such as `{"gps":true}`; `GET /processors` says what it takes.',
    example: LEFT_EMPTY,
  })
  options?: string;

  @ApiPropertyOptional({
    type: 'string',
    pattern: '^[0-9]*$',
    description: 'Seconds for which the file and its jobs are kept; for ever when left out.',
    example: LEFT_EMPTY,
  })
  expires_in?: string;

  @ApiPropertyOptional({
    type: 'string',
    pattern: '^(high|normal|low)?$',
    description: 'Which of your jobs go first: `high`, `normal` or `low`; `normal` when left out.',
    example: LEFT_EMPTY,
  })
  priority?: string;

  @ApiPropertyOptional({
    type: 'string',
    maxLength: 254,
    description: 'Address that gets a mail when the job has ended.',
    example: LEFT_EMPTY,
  })
  notify_email?: string;

  @ApiPropertyOptional({
    type: 'string',
    maxLength: 2048,
    description: 'URL to which the job is posted when it has ended, signed.',
    example: LEFT_EMPTY,
  })
  callback_url?: string;
}

@ApiSchema({ name: 'UploadForm', description: 'A file, and what may be said about it.' })
export class UploadFormDto extends UploadFormFields {
  @ApiProperty({ type: 'string', format: 'binary', description: 'The file, with its name.' })
  file!: unknown;
}

@ApiSchema({ name: 'UploadFilesForm', description: 'Several files, and what may be said about all of them.' })
export class UploadFilesFormDto extends UploadFormFields {
  @ApiProperty({
    type: 'array',
    items: { type: 'string', format: 'binary' },
    description: 'The files, each with its name.',
  })
  files!: unknown;
}

@ApiSchema({ name: 'UploadResponse', description: 'A file that is stored, and the job that processes it.' })
export class UploadResponseDto extends FileDto {
  /** @example 019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5 */
  @ApiProperty({ format: 'uuid' })
  job_id!: string;

  /**
   * Milliseconds from the request's first byte until the file was stored.
   * @example 4
   */
  @ApiProperty({ type: 'integer', minimum: 0 })
  upload_time_ms!: number;

  /** @example pending */
  @ApiProperty(JOB_STATE)
  status!: JobState;

  /**
   * For people.
   * @example 'Accepted. Processing in the background: follow /jobs/019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5'
   */
  @ApiProperty()
  message!: string;

  /** What the processor found; null until the job is completed. */
  @ApiProperty({ allOf: [{ $ref: '#/components/schemas/Result' }] })
  result!: object | null;

  /** Why the job failed; null unless it did. */
  @ApiProperty({ example: null })
  error!: ProblemDto | null;
}

@ApiSchema({
  name: 'UploadUrlResponse',
  description: 'A file that is being fetched, and the job that does so.',
})
export class UploadUrlResponseDto extends OmitType(UploadResponseDto, [
  'content_type',
  'size_bytes',
  'sha256',
  'upload_time_ms',
] as const) {
  /**
   * Null until the file is there.
   * @example null
   */
  @ApiProperty()
  content_type!: string | null;

  /**
   * Null until the file is there.
   * @example null
   */
  @ApiProperty({ type: 'integer', minimum: 0 })
  size_bytes!: number | null;

  /**
   * SHA-256 of the bytes, lower-case hex; null until the file is there.
   * @example null
   */
  @ApiProperty({ pattern: '^[0-9a-f]{64}$' })
  sha256!: string | null;
}

@ApiSchema({ name: 'RejectedFile', description: 'A file of a batch that was not accepted, and why.' })
export class RejectedFileDto {
  /** @example virus.exe */
  filename!: string;

  problem!: ProblemDto;
}

@ApiSchema({ name: 'UploadFilesResponse', description: 'What became of each file of a batch.' })
export class UploadFilesResponseDto {
  /**
   * How many were accepted.
   * @example 1
   */
  @ApiProperty({ type: 'integer', minimum: 1 })
  files_uploaded!: number;

  /**
   * Bytes of those that were accepted.
   * @example 1024
   */
  @ApiProperty({ type: 'integer', minimum: 0 })
  total_size_bytes!: number;

  /**
   * Milliseconds from the request's first byte until all of them were stored.
   * @example 12
   */
  @ApiProperty({ type: 'integer', minimum: 0 })
  upload_time_ms!: number;

  /** Each with a job of its own, in the order of the request. */
  files!: UploadResponseDto[];

  /** Nothing of these was stored. */
  rejected!: RejectedFileDto[];
}

export function toUploadResponse({ file, job }: AcceptedUpload, uploadTimeMs: number): UploadResponseDto {
  return { job_id: job.jobId, ...toFileDto(file), upload_time_ms: uploadTimeMs, ...outcomeOf(job) };
}

/** The same once its job has come further. */
export function withOutcome<Answer extends Outcome>(answer: Answer, job: Job): Answer {
  return { ...answer, ...outcomeOf(job) };
}

export function toUploadUrlResponse(file: AnnouncedFile, job: Job): UploadUrlResponseDto {
  const unknown = { blobKey: '', contentType: '', sizeBytes: 0, sha256: '' };
  return { job_id: job.jobId, ...toFileDto({ ...unknown, ...file }), ...NOT_YET, ...outcomeOf(job) };
}

/** The same once its job has come further. @param file - as stored, if it is there by then */
export function withArrival(
  answer: UploadUrlResponseDto,
  job: Job,
  file: StoredFile | undefined,
): UploadUrlResponseDto {
  return { ...answer, ...(file && toFileDto(file)), ...outcomeOf(job) };
}

const NOT_YET = { content_type: null, size_bytes: null, sha256: null } as const;

type Outcome = Pick<UploadResponseDto, 'status' | 'message' | 'result' | 'error'>;

function outcomeOf(job: Job): Outcome {
  const { status, result, error } = job;
  return { status, message: messageOf(job), result, error };
}

function messageOf({ jobId, status }: Job): string {
  switch (status) {
    case 'completed':
      return 'Stored and processed.';
    case 'failed':
      return 'The job failed; its error says why.';
    case 'cancelled':
      return 'The job was cancelled.';
    default:
      return `Accepted. Processing in the background: follow /jobs/${jobId}`;
  }
}

export function toUploadFilesResponse(
  { accepted, refused }: AcceptedBatch,
  uploadTimeMs: number,
): UploadFilesResponseDto {
  return {
    files_uploaded: accepted.length,
    total_size_bytes: accepted.reduce((sum, { file }) => sum + file.sizeBytes, 0),
    upload_time_ms: uploadTimeMs,
    files: accepted.map((upload) => toUploadResponse(upload, uploadTimeMs)),
    rejected: refused.map(({ filename, error }) => ({ filename, problem: toProblem(error) })),
  };
}
