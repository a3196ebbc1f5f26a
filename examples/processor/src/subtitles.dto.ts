import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString, MaxLength } from 'class-validator';
import type { CueHit } from './subtitles.repository';

export class SearchSubtitlesQuery {
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  @ApiProperty({ description: 'Part of what is said; case does not matter for A to Z.', example: 'hello' })
  q!: string;
}

/** A cue that was found. */
export class CueHitDto {
  @ApiProperty({
    description: 'The job that read it.',
    format: 'uuid',
    example: '019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5',
  })
  job_id!: string;

  @ApiProperty({ description: 'Name of the file.', example: 'film.srt' })
  filename!: string;

  @ApiProperty({ description: 'When it appears.', type: 'number', minimum: 0, example: 61.5 })
  start_seconds!: number;

  @ApiProperty({ description: 'Its text, in one line and without markup.', example: 'Hello, world.' })
  text!: string;
}

export function toCueHit({ jobId, filename, startMs, text }: CueHit): CueHitDto {
  return { job_id: jobId, filename, start_seconds: startMs / 1000, text };
}
