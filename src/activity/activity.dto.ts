import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsISO8601, IsIn, IsNotEmpty, IsOptional, IsString, IsUUID, MaxLength } from 'class-validator';
import { PageQuery } from '../platform/http/page.dto';
import {
  ACTIVITY_TYPES,
  type ActivityEntry,
  type ActivityFilter,
  type ActivityPage,
  type ActivityType,
} from './activity.repository';

const IsTime = () => IsISO8601({ strict: true, strictSeparator: true });

/** Where somebody who follows the log begins. */
export class WatchActivityQuery {
  /** As the header `Last-Event-ID`, for clients that cannot set it; the header goes before it. */
  @IsOptional()
  @IsUUID()
  @MaxLength(36)
  @ApiPropertyOptional({ format: 'uuid' })
  last_event_id?: string;
}

export class ListActivityQuery extends PageQuery {
  /** Of this type alone. */
  @IsOptional()
  @IsIn(ACTIVITY_TYPES)
  @MaxLength(30)
  @ApiPropertyOptional({ enum: ACTIVITY_TYPES, maxLength: 30 })
  type?: ActivityType;

  /** What happened then or later. */
  @IsOptional()
  @IsTime()
  @ApiPropertyOptional({ format: 'date-time' })
  from?: string;

  /** What happened before. */
  @IsOptional()
  @IsTime()
  @ApiPropertyOptional({ format: 'date-time' })
  to?: string;
}

@ApiSchema({ name: 'NewActivityEntry', description: 'Something to write down.' })
export class CreateActivityEntryDto {
  /**
   * What happened, in your words
   * @example Sent the invoices of November
   */
  @IsString()
  @IsNotEmpty()
  @MaxLength(500)
  description!: string;
}

@ApiSchema({ name: 'ActivityEntry', description: 'Something that happened.' })
export class ActivityEntryDto {
  /** @example 019a9c1e-7b3d-7c52-8a41-5d8f3c9b2e10 */
  @ApiProperty({ format: 'uuid' })
  entry_id!: string;

  /** @example job.completed */
  @ApiProperty({ enum: ACTIVITY_TYPES })
  type!: ActivityType;

  /** @example 'Completed: report.txt' */
  @ApiProperty()
  description!: string;

  /**
   * The job that it is about, which may be gone.
   * @example 019a9c1e-7b3d-7c52-8a41-5d8f3c9b2e10
   */
  @ApiProperty({ format: 'uuid' })
  job_id!: string | null;

  /** @example 2026-11-22T09:30:00.000Z */
  @ApiProperty({ format: 'date-time' })
  happened_at!: string;
}

@ApiSchema({ name: 'ActivityEvent', description: 'An entry, as it is written down.' })
export class ActivityEventDto {
  /**
   * Where to go on from: the id of the entry.
   * @example 019a9c1e-7b3d-7c52-8a41-5d8f3c9b2e10
   */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /** @example job.completed */
  @ApiProperty({ enum: ACTIVITY_TYPES })
  event!: ActivityType;

  data!: ActivityEntryDto;
}

@ApiSchema({ name: 'Activity', description: 'A page of what happened.' })
export class ActivityDto {
  /**
   * Entries on all pages
   * @example 128
   */
  @ApiProperty({ type: 'integer', minimum: 0 })
  total!: number;

  /** The newest first. */
  @ApiProperty({ type: [ActivityEntryDto] })
  entries!: ActivityEntryDto[];
}

@ApiSchema({ name: 'OwnedActivityEntry', description: 'Something that happened, and to whom.' })
export class OwnedActivityEntryDto extends ActivityEntryDto {
  /**
   * Id of a user, or `anonymous`.
   * @example 019a9c1e-7b3d-7c52-8a41-5d8f3c9b2e10
   */
  @ApiProperty()
  owner!: string;
}

@ApiSchema({ name: 'ActivityOfEverybody', description: 'A page of what happened.' })
export class ActivityOfEverybodyDto {
  /**
   * Entries on all pages
   * @example 128
   */
  @ApiProperty({ type: 'integer', minimum: 0 })
  total!: number;

  /** The newest first. */
  @ApiProperty({ type: [OwnedActivityEntryDto] })
  entries!: OwnedActivityEntryDto[];
}

export function toFilter({ from, to, ...rest }: ListActivityQuery): ActivityFilter {
  return {
    ...rest,
    ...(from !== undefined && { from: Date.parse(from) }),
    ...(to !== undefined && { to: Date.parse(to) }),
  };
}

export function toEntryDto({ entryId, type, description, jobId, at }: ActivityEntry): ActivityEntryDto {
  return { entry_id: entryId, type, description, job_id: jobId, happened_at: new Date(at).toISOString() };
}

export function toActivityDto({ total, entries }: ActivityPage): ActivityDto {
  return { total, entries: entries.map(toEntryDto) };
}

export function toActivityOfEverybody({ total, entries }: ActivityPage): ActivityOfEverybodyDto {
  const owned = (entry: ActivityEntry) => Object.assign(toEntryDto(entry), { owner: entry.owner });
  return { total, entries: entries.map(owned) };
}
