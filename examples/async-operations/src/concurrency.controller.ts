import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems, Caller, ClientGone, Ids, ValidationFailed, type Owner } from 'filemill/plugin-api';
import { ConcurrencyDto, SlowQuery, SlowRequestDto, toConcurrency, toSlowRequest } from './concurrency.dto';
import { pause } from './pause';
import { RequestTracker } from './request-tracker';

/** Five requests of two seconds at once take two seconds. */
@ApiTags('concurrency')
@Controller('concurrent')
export class ConcurrencyController {
  constructor(
    private readonly tracker: RequestTracker,
    private readonly ids: Ids,
  ) {}

  @Get('slow')
  @ApiOperation({ operationId: 'slow', summary: 'Take a while' })
  @ApiOkResponse({ type: SlowRequestDto })
  @ApiProblems(ValidationFailed)
  async slow(
    @Caller() owner: Owner,
    @Query() { delay, request_id = this.ids.next() }: SlowQuery,
    @ClientGone() gone: AbortSignal,
  ): Promise<SlowRequestDto> {
    return toSlowRequest(await this.tracker.track(owner, request_id, () => pause(delay * 1000, gone)));
  }

  @Get('stats')
  @ApiOperation({ operationId: 'concurrencyStats', summary: 'How many of your slow requests run' })
  @ApiOkResponse({ type: ConcurrencyDto })
  @ApiProblems()
  stats(@Caller() owner: Owner): ConcurrencyDto {
    return toConcurrency(this.tracker.statsOf(owner));
  }
}
