import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsIn, IsObject, IsOptional, IsString, IsUUID, Matches, MaxLength } from 'class-validator';
import { PageQuery } from '../platform/http/page.dto';
import { ProblemDto } from '../platform/http/problem.dto';
import type { Artifact } from './artifact';
import { isSettled, JOB_STATUSES, type Job, type JobState } from './job';
import type { Priority } from '../platform/tasks/task-queue';
import { JobFields, PRIORITY, PROCESSOR_NAME_MESSAGE } from './job-fields.dto';

/** How a job's status is documented wherever one is given or taken. */
export const JOB_STATE = {
  enum: JOB_STATUSES,
  enumName: 'JobState',
  enumSchema: { description: 'Where a job stands: settled once it is `completed`, `failed` or `cancelled`.' },
};

/** Which jobs are listed. */
export class ListJobsQuery extends PageQuery {
  /** Only jobs in this status. */
  @IsOptional()
  @IsIn(JOB_STATUSES)
  @ApiPropertyOptional(JOB_STATE)
  status?: JobState;

  /** Only jobs of this processor. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  processor?: string;

  /** Only jobs whose file is of this category. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  category?: string;

  /** Only jobs whose file has this tag. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  tag?: string;

  /** Only jobs whose file's name contains this, whatever its case. */
  @IsOptional()
  @IsString()
  @MaxLength(255)
  filename?: string;
}

@ApiSchema({ name: 'CreateJob', description: 'Asks for another processing of a stored file.' })
export class CreateJobDto extends JobFields {
  /**
   * The stored file.
   * @example 019a9c1e-7b3d-7c52-8a41-5d8f3c9b2e10
   */
  @IsUUID()
  file_id!: string;

  /**
   * Name of a processor that takes the file; the default one when left out.
   * @example text
   */
  @IsOptional()
  @Matches(/^[a-z][a-z0-9-]*$/, { message: PROCESSOR_NAME_MESSAGE })
  @MaxLength(100)
  processor?: string;

  /**
   * What the processor is asked for, as `GET /processors` says.
   * @example {}
   */
  @IsOptional()
  @IsObject()
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  options?: object;
}

@ApiSchema({ name: 'Artifact', description: 'A file that processing made.' })
export class ArtifactDto {
  /** @example thumbnail.webp */
  @ApiProperty()
  name!: string;

  /** @example image/webp */
  @ApiProperty()
  content_type!: string;

  /** @example 5120 */
  @ApiProperty({ type: 'integer', minimum: 0 })
  size_bytes!: number;

  /**
   * Path to download it from, below the address of the service.
   * @example /jobs/019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5/artifacts/thumbnail.webp
   */
  @ApiProperty()
  url!: string;
}

@ApiSchema({ name: 'JobStatus', description: 'One processing of one file.' })
export class JobStatusDto {
  /** @example 019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5 */
  @ApiProperty({ format: 'uuid' })
  job_id!: string;

  /** @example 019a9c1e-7b3d-7c52-8a41-5d8f3c9b2e10 */
  @ApiProperty({ format: 'uuid' })
  file_id!: string;

  /** @example report.txt */
  @ApiProperty()
  filename!: string;

  /** @example completed */
  @ApiProperty(JOB_STATE)
  status!: JobState;

  /**
   * Name of the processor; null until the file is there, when it is imported.
   * @example text
   */
  @ApiProperty()
  processor!: string | null;

  /**
   * What the processor was asked for, its defaults included.
   * @example {}
   */
  @ApiProperty({ type: 'object', additionalProperties: true })
  options!: object;

  /** @example normal */
  @ApiProperty(PRIORITY)
  priority!: Priority;

  /**
   * Part done, 0 to 1.
   * @example 1
   */
  @ApiProperty({ minimum: 0, maximum: 1 })
  progress!: number;

  /**
   * How often processing was started.
   * @example 1
   */
  @ApiProperty({ type: 'integer', minimum: 0 })
  attempt!: number;

  /** What the processor found; null until the job is completed. */
  @ApiProperty({ allOf: [{ $ref: '#/components/schemas/Result' }] })
  result!: object | null;

  /** Why the job failed; null unless it did. */
  @ApiProperty({ example: null })
  error!: ProblemDto | null;

  /**
   * What was derived from the file; empty until the job is completed.
   * @example []
   */
  @ApiProperty({ type: [ArtifactDto] })
  artifacts!: ArtifactDto[];

  /** @example 2026-11-22T09:30:00.000Z */
  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  /**
   * When processing began; null while the job waits.
   * @example 2026-11-22T09:30:00.012Z
   */
  @ApiProperty({ format: 'date-time' })
  started_at!: string | null;

  /**
   * When the job settled; null until then.
   * @example 2026-11-22T09:30:00.020Z
   */
  @ApiProperty({ format: 'date-time' })
  finished_at!: string | null;

  /**
   * Seconds from the start to the end; null until the job has ended.
   * @example 0.008
   */
  @ApiProperty({ minimum: 0 })
  processing_time!: number | null;

  /**
   * When the job is deleted, with its file; null for never.
   * @example 2026-12-22T09:30:00.000Z
   */
  @ApiProperty({ format: 'date-time' })
  expires_at!: string | null;
}

@ApiSchema({ name: 'DeletedJob', description: 'What a delete removed.' })
export class DeletedJobDto {
  /** @example 019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5 */
  @ApiProperty({ format: 'uuid' })
  job_id!: string;

  /** @example 019a9c1e-7b3d-7c52-8a41-5d8f3c9b2e10 */
  @ApiProperty({ format: 'uuid' })
  file_id!: string;

  /**
   * Whether this was the last job of the file, so that the file is gone too.
   * @example true
   */
  @ApiProperty()
  file_deleted!: boolean;
}

function toArtifactDto({ jobId }: Job, { name, contentType, sizeBytes }: Artifact): ArtifactDto {
  return { name, content_type: contentType, size_bytes: sizeBytes, url: `/jobs/${jobId}/artifacts/${name}` };
}

export function toJobStatus(job: Job): JobStatusDto {
  return {
    job_id: job.jobId,
    file_id: job.fileId,
    filename: job.filename,
    status: job.status,
    processor: job.processor,
    options: job.options,
    priority: job.priority,
    progress: job.progress,
    attempt: job.attempt,
    result: job.result,
    error: job.error,
    artifacts: job.artifacts.map((artifact) => toArtifactDto(job, artifact)),
    created_at: timestamp(job.createdAt),
    started_at: job.startedAt && timestamp(job.startedAt),
    finished_at: job.finishedAt && timestamp(job.finishedAt),
    processing_time: processingTime(job),
    expires_at: job.expiresAt && timestamp(job.expiresAt),
  } as JobStatusDto;
}

function processingTime({ status, startedAt, finishedAt }: Job): number | null {
  if (!isSettled(status) || startedAt === null || finishedAt === null) return null;
  return (finishedAt - startedAt) / 1000;
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}
