import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { MINUTES_KEPT_MS } from '../jobs/job-counts';
import { MINUTE_MS } from '../platform/clock/durations';
import type { Minute, Stats, Totals } from './stats';

const Count = () => ApiProperty({ type: 'integer', minimum: 0 });

export class ThroughputQuery {
  /** How many minutes, that of now among them. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MINUTES_KEPT_MS / MINUTE_MS - 1)
  @ApiPropertyOptional({ type: 'integer' })
  minutes: number = 60;
}

@ApiSchema({ name: 'JobTotals', description: 'How many jobs, by status.' })
export class JobTotalsDto {
  /** @example 1204 */
  @Count()
  total!: number;

  /** @example 3 */
  @Count()
  pending!: number;

  /** @example 2 */
  @Count()
  processing!: number;

  /** @example 1180 */
  @Count()
  completed!: number;

  /** @example 17 */
  @Count()
  failed!: number;

  /** @example 2 */
  @Count()
  cancelled!: number;
}

@ApiSchema({ name: 'ProcessorTotals', description: 'The jobs of a processor.' })
export class ProcessorTotalsDto extends JobTotalsDto {
  /**
   * Null for jobs whose file never came.
   * @example text
   */
  @ApiProperty()
  processor!: string | null;
}

@ApiSchema({ name: 'DayTotals', description: 'The jobs that were made on a day.' })
export class DayTotalsDto extends JobTotalsDto {
  /**
   * By UTC.
   * @example 2026-11-22
   */
  @ApiProperty({ format: 'date' })
  day!: string;
}

@ApiSchema({ name: 'StoredTotals', description: 'What is stored.' })
export class StoredTotalsDto {
  /** @example 1102 */
  @Count()
  file_count!: number;

  /** @example 734003200 */
  @Count()
  size_bytes!: number;
}

@ApiSchema({ name: 'Stats', description: 'Your figures.' })
export class StatsDto {
  /**
   * As of when
   * @example 2026-11-22T09:30:00.000Z
   */
  @ApiProperty({ format: 'date-time' })
  computed_at!: string;

  /** All jobs that there are. */
  @ApiProperty({ type: JobTotalsDto })
  jobs!: JobTotalsDto;

  /** The same by processor, the most used first. */
  @ApiProperty({ type: [ProcessorTotalsDto] })
  by_processor!: ProcessorTotalsDto[];

  /** The same by the day on which they were made: the last 30 days, the oldest first. */
  @ApiProperty({ type: [DayTotalsDto] })
  by_day!: DayTotalsDto[];

  /** Originals. */
  @ApiProperty({ type: StoredTotalsDto })
  stored!: StoredTotalsDto;
}

@ApiSchema({ name: 'ProcessorOutcomes', description: 'The jobs of a processor that ended.' })
export class ProcessorOutcomesDto {
  /**
   * Null for jobs whose file never came.
   * @example text
   */
  @ApiProperty()
  processor!: string | null;

  /** @example 40 */
  @Count()
  completed!: number;

  /** @example 1 */
  @Count()
  failed!: number;

  /** @example 0 */
  @Count()
  cancelled!: number;
}

@ApiSchema({ name: 'MinuteTotals', description: 'A minute of processing.' })
export class MinuteTotalsDto {
  /**
   * When the minute began
   * @example 2026-11-22T09:30:00.000Z
   */
  @ApiProperty({ format: 'date-time' })
  began_at!: string;

  /**
   * Jobs that came in, or were retried
   * @example 42
   */
  @Count()
  arrived!: number;

  /** @example 40 */
  @Count()
  completed!: number;

  /** @example 1 */
  @Count()
  failed!: number;

  /** @example 0 */
  @Count()
  cancelled!: number;

  /**
   * Jobs that waited or ran at its end
   * @example 5
   */
  @Count()
  unfinished!: number;

  /** Those that ended, by processor. */
  @ApiProperty({ type: [ProcessorOutcomesDto] })
  by_processor!: ProcessorOutcomesDto[];
}

@ApiSchema({ name: 'Throughput', description: 'What was done lately, minute by minute.' })
export class ThroughputDto {
  /** The oldest first; the last one is not over. */
  @ApiProperty({ type: [MinuteTotalsDto] })
  minutes!: MinuteTotalsDto[];
}

function toTotals(totals: Totals): JobTotalsDto {
  const total = Object.values(totals).reduce((all, jobs) => all + jobs, 0);
  return { total, ...totals };
}

export function toStatsDto({ at, totals, byProcessor, byDay, stored }: Stats): StatsDto {
  return {
    computed_at: new Date(at).toISOString(),
    jobs: toTotals(totals),
    by_processor: byProcessor.map((of) => ({ processor: of.processor, ...toTotals(of.totals) })),
    by_day: byDay.map((of) => ({
      day: new Date(of.day).toISOString().slice(0, 10),
      ...toTotals(of.totals),
    })),
    stored: { file_count: stored.files, size_bytes: stored.bytes },
  };
}

export function toThroughputDto(minutes: readonly Minute[]): ThroughputDto {
  return {
    minutes: minutes.map(({ at, arrived, unfinished, totals, byProcessor }) => ({
      began_at: new Date(at).toISOString(),
      arrived,
      ...outcomes(totals),
      unfinished,
      by_processor: byProcessor.map((of) => ({ processor: of.processor, ...outcomes(of.totals) })),
    })),
  };
}

function outcomes({ completed, failed, cancelled }: Totals) {
  return { completed, failed, cancelled };
}
