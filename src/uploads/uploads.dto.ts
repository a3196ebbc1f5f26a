import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { FileDto, toFileDto } from '../files/files.dto';
import type { StoredFile } from '../files/files.repository';
import { JOB_STATUSES, type Job, type JobState } from '../jobs/job';

const NO_NUL = /^[^\0]*$/;
const NO_NUL_MESSAGE = '$property must not contain NUL characters';

/** `a, b,,a` → `['a', 'b']`; nothing for an empty list. */
function splitTags(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  const tags = text.split(',').map((tag) => tag.trim());
  return [...new Set(tags.filter(Boolean))];
}

/** What may be said about a file when it is uploaded. Empty fields count as not sent. */
export class UploadFields {
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
  @Matches(/^[a-z][a-z0-9-]*$/)
  @MaxLength(100)
  processor?: string;
}

/** The form of an upload, for the OpenAPI document: the fields as they travel. */
@ApiSchema({ name: 'UploadForm' })
export class UploadForm {
  @ApiProperty({ type: 'string', format: 'binary', description: 'The file' })
  file!: unknown;

  @ApiPropertyOptional({
    type: 'string',
    maxLength: 1000,
    description: 'For people',
    example: 'Minutes of the meeting',
  })
  description?: string;

  @ApiPropertyOptional({
    type: 'string',
    description: 'Comma-separated, at most 20 of up to 50 characters',
    example: '2026,draft',
  })
  tags?: string;

  @ApiPropertyOptional({ type: 'string', maxLength: 100, description: 'To filter by', example: 'minutes' })
  category?: string;

  @ApiPropertyOptional({
    type: 'string',
    maxLength: 100,
    description: 'Name of the processor; chosen by content when left out',
    example: 'text',
  })
  processor?: string;
}

/** A file that is stored, and the job that processes it. */
@ApiSchema({ name: 'UploadResponse' })
export class UploadResponseDto extends FileDto {
  /** @example 019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5 */
  job_id!: string;

  /**
   * Milliseconds from the request's first byte until the file was stored.
   * @example 4
   */
  upload_time_ms!: number;

  @ApiProperty({ enum: JOB_STATUSES, enumName: 'JobState', example: 'pending' })
  status!: JobState;

  /** @example Stored. Processing in the background: follow /jobs/019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5 */
  message!: string;
}

export function toUploadResponse(file: StoredFile, job: Job, uploadTimeMs: number): UploadResponseDto {
  return {
    job_id: job.jobId,
    ...toFileDto(file),
    upload_time_ms: uploadTimeMs,
    status: job.status,
    message: `Stored. Processing in the background: follow /jobs/${job.jobId}`,
  };
}
