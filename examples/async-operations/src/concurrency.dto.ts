import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import type { RequestStats, TrackedRequest } from './request-tracker';
import { FetchQuery } from './waiting.dto';

export class SlowQuery extends FetchQuery {
  @IsOptional()
  @IsString()
  @MaxLength(100)
  @ApiProperty({ description: 'To tell it from others.', required: false, maxLength: 100, example: 'a' })
  request_id?: string;
}

export class SlowRequestDto {
  @ApiProperty({ example: 'a' })
  request_id!: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-26T10:15:00.123Z' })
  finished_at!: string;

  @ApiProperty({ type: 'integer', example: 2003 })
  elapsed_ms!: number;
}

export class ConcurrencyDto {
  @ApiProperty({ description: 'How many run.', type: 'integer', example: 5 })
  current_active!: number;

  @ApiProperty({ description: 'How many have run since the start.', type: 'integer', example: 12 })
  total_processed!: number;

  @ApiProperty({ type: [SlowRequestDto], description: 'The last 20, the newest last.' })
  recent_requests!: SlowRequestDto[];
}

export function toSlowRequest({ requestId, finishedAt, elapsedMs }: TrackedRequest): SlowRequestDto {
  return { request_id: requestId, finished_at: new Date(finishedAt).toISOString(), elapsed_ms: elapsedMs };
}

export function toConcurrency({ active, processed, recent }: RequestStats): ConcurrencyDto {
  return {
    current_active: active,
    total_processed: processed,
    recent_requests: recent.map(toSlowRequest),
  };
}
