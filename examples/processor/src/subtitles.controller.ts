import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems, Caller, DatabaseUnavailable, ValidationFailed, type Owner } from 'filemill/plugin-api';
import { CueHitDto, SearchSubtitlesQuery, toCueHit } from './subtitles.dto';
import { SubtitlesService } from './subtitles.service';

@ApiTags('subtitles')
@Controller('subtitles')
export class SubtitlesController {
  constructor(private readonly subtitles: SubtitlesService) {}

  /** `owner` goes into every query: nobody finds what is not theirs. */
  @Get('search')
  @ApiOperation({ operationId: 'searchSubtitles', summary: 'Find where something is said in your subtitles' })
  @ApiOkResponse({ type: [CueHitDto], description: 'The newest job first, up to SUBTITLES_SEARCH_LIMIT' })
  @ApiProblems(ValidationFailed, DatabaseUnavailable)
  async search(@Caller() owner: Owner, @Query() { q }: SearchSubtitlesQuery): Promise<CueHitDto[]> {
    return (await this.subtitles.search(owner, q)).map(toCueHit);
  }
}
