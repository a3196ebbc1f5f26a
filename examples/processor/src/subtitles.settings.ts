import { Integer } from 'filemill/plugin-api';
import { IsInt, Max, Min } from 'class-validator';

/** What can be set from outside, with the defaults. */
export class SubtitlesSettings {
  /** Most cues in the answer to a search. */
  @Integer()
  @IsInt()
  @Min(1)
  @Max(500)
  readonly SUBTITLES_SEARCH_LIMIT: number = 50;
}
