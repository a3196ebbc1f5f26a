import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { Job } from '../jobs/job';
import { JobStatusDto, toJobStatus } from '../jobs/jobs.dto';
import type { DeadLetter } from '../platform/tasks/task-queue';
import type { QueueState } from './admin.service';

@ApiSchema({ name: 'OwnedJob', description: 'A job, and whose it is.' })
export class OwnedJobDto extends JobStatusDto {
  /**
   * Id of a user, or `anonymous`.
   * @example 019a9c1e-7b3d-7c52-8a41-5d8f3c9b2e10
   */
  @ApiProperty()
  owner!: string;
}

@ApiSchema({ name: 'DeadLetter', description: 'A task that was given up.' })
export class DeadLetterDto {
  /**
   * Of a job, its id.
   * @example 019a9c1e-7b3d-7c52-8a41-5d8f3c9b2e10
   */
  @ApiProperty({ format: 'uuid' })
  task_id!: string;

  /** @example process-job */
  @ApiProperty()
  kind!: string;

  /** @example 3 */
  @ApiProperty({ type: 'integer', minimum: 0 })
  attempt!: number;

  /**
   * What went wrong last; null when every run ended with its process.
   * @example 'StorageUnavailable: The storage is not available at the moment.'
   */
  @ApiProperty()
  error!: string | null;

  /** @example 2026-11-22T09:30:00.000Z */
  @ApiProperty({ format: 'date-time' })
  created_at!: string;
}

@ApiSchema({ name: 'Queue', description: 'The background work of everybody.' })
export class QueueDto {
  /** @example 12 */
  @ApiProperty({ type: 'integer', minimum: 0 })
  queued_count!: number;

  /** @example 2 */
  @ApiProperty({ type: 'integer', minimum: 0 })
  running_count!: number;

  /** @example 1 */
  @ApiProperty({ type: 'integer', minimum: 0 })
  dead_count!: number;

  /**
   * Whether no jobs are begun.
   * @example false
   */
  @ApiProperty()
  paused!: boolean;

  /** The newest, a hundred at most. */
  @ApiProperty({ type: [DeadLetterDto] })
  dead_letters!: DeadLetterDto[];
}

export function toOwnedJob(job: Job): OwnedJobDto {
  return { ...toJobStatus(job), owner: job.owner };
}

export function toQueueDto({ counts, isPaused, deadLetters }: QueueState): QueueDto {
  return {
    queued_count: counts.queued,
    running_count: counts.running,
    dead_count: counts.dead,
    paused: isPaused,
    dead_letters: deadLetters.map(toDeadLetterDto),
  };
}

function toDeadLetterDto({ id, kind, attempt, error, createdAt }: DeadLetter): DeadLetterDto {
  return { task_id: id, kind, attempt, error, created_at: new Date(createdAt).toISOString() };
}
