import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsNumber, IsOptional, Max, Min } from 'class-validator';
import { SUBTITLE_FORMATS, type SubtitleFormat } from './cue';

const count = (description: string, example: number) =>
  ({ description, type: 'integer', minimum: 0, example }) as const;

const seconds = (description: string, example: number) =>
  ({ description, type: 'number', minimum: 0, nullable: true, example }) as const;

/** What callers may ask for: `options={"max_chars_per_second":20}` with the upload. */
export class SubtitlesOptions {
  @IsOptional()
  @IsNumber()
  @Min(1)
  @Max(100)
  @ApiPropertyOptional({
    description: 'Cues that have to be read faster are listed in `too_fast`.',
    minimum: 1,
    maximum: 100,
    example: 17,
  })
  max_chars_per_second: number = 17;
}

/** Something that is to be looked at in places. */
export class SubtitlePlaces {
  @ApiProperty(count('How often.', 2))
  count!: number;

  @ApiProperty({
    description: 'Where: lines of the timings of the first 20, from 1.',
    type: [Number],
    example: [14, 92],
  })
  lines!: number[];
}

/** Result of the `subtitles` processor. Field names are the wire's. */
export class SubtitlesResult {
  @ApiProperty({
    description: 'The processor that made the result.',
    enum: ['subtitles'],
    example: 'subtitles',
  })
  processor!: 'subtitles';

  @ApiProperty({ description: 'SubRip or WebVTT.', enum: SUBTITLE_FORMATS, example: 'srt' })
  format!: SubtitleFormat;

  @ApiProperty(count('Cues.', 812))
  cue_count!: number;

  @ApiProperty(count('Unicode code points of all cues, markup and line breaks left out.', 25_316))
  char_count!: number;

  @ApiProperty(seconds('When the first cue appears; null without cues.', 1.5))
  start_seconds!: number | null;

  @ApiProperty(seconds('When the last cue is gone; null without cues.', 5_412.25))
  end_seconds!: number | null;

  @ApiProperty(seconds('Longest time without a cue between two; null with fewer than two.', 94.2))
  longest_gap_seconds!: number | null;

  @ApiProperty(seconds('Reading speed over all cues; null without cues.', 12.4))
  chars_per_second!: number | null;

  @ApiProperty({
    description: 'Cues that have to be read faster than `max_chars_per_second`.',
    type: SubtitlePlaces,
  })
  too_fast!: SubtitlePlaces;

  @ApiProperty({ description: 'Cues that appear while an earlier one is still there.', type: SubtitlePlaces })
  overlaps!: SubtitlePlaces;

  /** Set by whoever runs the processor, since only the caller sees the whole run. */
  @ApiProperty({
    description: 'Seconds that the processing took.',
    type: 'number',
    minimum: 0,
    example: 0.012,
  })
  processing_time!: number;
}
