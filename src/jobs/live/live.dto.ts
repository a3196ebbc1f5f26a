import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsOptional, Matches, MaxLength } from 'class-validator';
import { JobProgressed } from '../jobs.events';
import { JobStatusDto } from '../jobs.dto';
import { TRANSITION_TYPES } from './transition';

/** What `id` of an event can be: the number of a transition. */
export const EVENT_ID = /^\d{1,15}$/;

/** Where somebody who follows jobs begins. */
export class WatchQuery {
  /** As the header `Last-Event-ID`, for clients that cannot set it; the header goes before it. `0`: from the beginning. */
  @IsOptional()
  @Matches(EVENT_ID, { message: 'last_event_id must be the id of an event' })
  @MaxLength(15)
  last_event_id?: string;
}

@ApiSchema({ name: 'JobReference', description: 'A job that was deleted.' })
export class JobReferenceDto {
  /** @example 019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5 */
  @ApiProperty({ format: 'uuid' })
  job_id!: string;
}

@ApiSchema({ name: 'JobEvent', description: 'Something that happened to a job.' })
export class JobEventDto {
  /**
   * Where to go on from; progress has none.
   * @example '42'
   */
  @ApiProperty({ required: false, pattern: EVENT_ID.source })
  id?: string;

  /** @example job.completed */
  @ApiProperty({ enum: [...TRANSITION_TYPES, JobProgressed.type] })
  event!: string;

  /** The job, or only its id once it is deleted. */
  @ApiProperty({
    anyOf: [{ $ref: '#/components/schemas/JobStatus' }, { $ref: '#/components/schemas/JobReference' }],
  })
  data!: JobStatusDto | JobReferenceDto;
}
