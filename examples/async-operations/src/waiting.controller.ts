import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems, ClientGone, ValidationFailed } from 'filemill/plugin-api';
import { ComputePool } from './compute-pool';
import { pause } from './pause';
import { ComputeDto, ComputeQuery, FetchDto, FetchQuery, SleepDto, SleepParams } from './waiting.dto';
import { ComputeBusy } from './waiting.errors';

/** Requests that take their time, and hold nobody up. */
@ApiTags('waiting')
@Controller()
export class WaitingController {
  constructor(private readonly pool: ComputePool) {}

  /** In the tutorials this one blocks a thread; here none is there to be blocked. */
  @Get('sync/sleep/:seconds')
  @ApiOperation({ operationId: 'syncSleep', summary: 'Sleep' })
  @ApiOkResponse({ type: SleepDto })
  @ApiProblems(ValidationFailed)
  syncSleep(@Param() { seconds }: SleepParams, @ClientGone() gone: AbortSignal): Promise<SleepDto> {
    return sleep(seconds, gone, 'Nothing was blocked: the same as /async/sleep.');
  }

  @Get('async/sleep/:seconds')
  @ApiOperation({ operationId: 'asyncSleep', summary: 'Sleep' })
  @ApiOkResponse({ type: SleepDto })
  @ApiProblems(ValidationFailed)
  asyncSleep(@Param() { seconds }: SleepParams, @ClientGone() gone: AbortSignal): Promise<SleepDto> {
    return sleep(seconds, gone, 'The event loop went on with other requests.');
  }

  @Get('async/fetch')
  @ApiOperation({ operationId: 'asyncFetch', summary: 'Wait for another service (which is made up)' })
  @ApiOkResponse({ type: FetchDto })
  @ApiProblems(ValidationFailed)
  async fetch(@Query() { delay }: FetchQuery, @ClientGone() gone: AbortSignal): Promise<FetchDto> {
    const elapsed_ms = await timed(() => pause(delay * 1000, gone));
    return { delay, data: `Data after ${delay} s.`, elapsed_ms };
  }

  @Get('sync/compute')
  @ApiOperation({ operationId: 'syncCompute', summary: 'Keep a core busy, though not that of the requests' })
  @ApiOkResponse({ type: ComputeDto })
  @ApiProblems(ValidationFailed, ComputeBusy)
  async compute(@Query() { n }: ComputeQuery, @ClientGone() gone: AbortSignal): Promise<ComputeDto> {
    let result!: number;
    const elapsed_ms = await timed(async () => (result = await this.pool.fibonacci(n, gone)));
    const note = 'Computed in a worker thread: other requests were answered meanwhile.';
    return { n, result, elapsed_ms, note };
  }
}

async function sleep(seconds: number, gone: AbortSignal, note: string): Promise<SleepDto> {
  return { slept_seconds: seconds, elapsed_ms: await timed(() => pause(seconds * 1000, gone)), note };
}

/** Whole milliseconds. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return Math.round(performance.now() - startedAt);
}
