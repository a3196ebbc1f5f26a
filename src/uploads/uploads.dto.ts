import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { FileDto, toFileDto } from '../files/files.dto';
import type { StoredFile } from '../files/files.repository';
import type { Job, JobState } from '../jobs/job';
import { JOB_STATE } from '../jobs/jobs.dto';

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

/** Swagger UI fills examples in and sends them along; without one it would send the word `string`. */
const LEFT_EMPTY = '';

/** The form of an upload, for the OpenAPI document: the fields as they travel. */
@ApiSchema({ name: 'UploadForm', description: 'A file, and what may be said about it.' })
export class UploadForm {
  @ApiProperty({ type: 'string', format: 'binary', description: 'The file, with its name.' })
  file!: unknown;

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
   * @example 'Stored. Processing in the background: follow /jobs/019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5'
   */
  @ApiProperty()
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
