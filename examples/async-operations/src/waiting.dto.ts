import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsNumber, Max, Min } from 'class-validator';

/** Longest that a request may be made to take, in seconds. */
const LONGEST_SECONDS = 10;

export class SleepParams {
  @Type(() => Number)
  @IsNumber()
  @Min(0)
  @Max(LONGEST_SECONDS)
  @ApiProperty({ type: 'number', minimum: 0, maximum: LONGEST_SECONDS, example: 1 })
  seconds!: number;
}

export class FetchQuery {
  @Type(() => Number)
  @IsNumber()
  @Min(0)
  @Max(LONGEST_SECONDS)
  @ApiProperty({
    description: 'Seconds that the other service takes.',
    type: 'number',
    minimum: 0,
    maximum: LONGEST_SECONDS,
    required: false,
    default: 1,
  })
  delay: number = 1;
}

export class ComputeQuery {
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(40)
  @ApiProperty({
    description: 'Which number of Fibonacci; each step takes 1.6 times as long.',
    type: 'integer',
    minimum: 0,
    maximum: 40,
    required: false,
    default: 30,
  })
  n: number = 30;
}

export class SleepDto {
  @ApiProperty({ type: 'number', example: 1 })
  slept_seconds!: number;

  @ApiProperty({ description: 'Milliseconds that it took.', type: 'integer', example: 1001 })
  elapsed_ms!: number;

  @ApiProperty({ example: 'The event loop went on with other requests.' })
  note!: string;
}

export class FetchDto {
  @ApiProperty({ type: 'number', example: 1 })
  delay!: number;

  @ApiProperty({ description: 'What was fetched.', example: 'Data after 1 s.' })
  data!: string;

  @ApiProperty({ description: 'Milliseconds that it took.', type: 'integer', example: 1001 })
  elapsed_ms!: number;
}

export class ComputeDto {
  @ApiProperty({ type: 'integer', example: 30 })
  n!: number;

  @ApiProperty({ type: 'integer', example: 832040 })
  result!: number;

  @ApiProperty({ description: 'Milliseconds that it took.', type: 'integer', example: 12 })
  elapsed_ms!: number;

  @ApiProperty({ example: 'Computed in a worker thread: other requests were answered meanwhile.' })
  note!: string;
}
