import { Controller, Get, Header, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { DatabaseUnavailable } from '../platform/database/database.errors';
import { ApiProblems } from '../platform/http/api-problems.decorator';
import { Caller, type Owner } from '../platform/http/caller.decorator';
import { ValidationFailed } from '../platform/http/http.errors';
import { StatsDto, ThroughputDto, ThroughputQuery, toStatsDto, toThroughputDto } from './stats.dto';
import { StatsService } from './stats.service';

@ApiTags('insight')
@ApiProblems(DatabaseUnavailable)
@Controller('stats')
export class StatsController {
  constructor(private readonly stats: StatsService) {}

  @Get()
  @Header('Cache-Control', 'private, no-cache')
  @ApiOperation({
    operationId: 'getStats',
    summary: 'How many jobs you have, by status, processor and day, and what is stored',
    description: 'Kept for five minutes, and made anew after every change; `Cache-Status` tells which.',
  })
  @ApiOkResponse({
    type: StatsDto,
    description: 'The figures of now',
    headers: {
      'Cache-Status': { description: '`hit`, or `fwd` and why (RFC 9211)', schema: { type: 'string' } },
    },
  })
  async get(@Caller() owner: Owner, @Res({ passthrough: true }) response: Response): Promise<StatsDto> {
    const { value, status } = await this.stats.get(owner);
    response.setHeader('Cache-Status', `filemill; ${status}`);
    return toStatsDto(value);
  }

  @Get('throughput')
  @Header('Cache-Control', 'private, no-cache')
  @ApiOperation({
    operationId: 'getThroughput',
    summary: 'What came in, what ended and what was under way, minute by minute',
  })
  @ApiOkResponse({ type: ThroughputDto, description: 'The last minutes' })
  @ApiProblems(ValidationFailed)
  async throughput(@Caller() owner: Owner, @Query() { minutes }: ThroughputQuery): Promise<ThroughputDto> {
    return toThroughputDto(await this.stats.throughput(owner, minutes));
  }
}
