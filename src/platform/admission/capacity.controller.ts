import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Settings } from '../config/settings';
import { DatabaseUnavailable } from '../database/database.errors';
import { Readiness } from '../health/readiness';
import { ApiPublicProblems } from '../http/api-problems.decorator';
import { Public } from '../http/public.decorator';
import { RateLimit } from '../rate-limits/rate-limit.decorator';
import { Backlog } from './backlog';
import { CapacityDto } from './capacity.dto';

@ApiTags('health')
@Public()
@RateLimit([])
@Controller('capacity')
export class CapacityController {
  constructor(
    private readonly backlog: Backlog,
    private readonly readiness: Readiness,
    private readonly settings: Settings,
  ) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'getCapacity',
    summary: 'How much work waits, and whether more is taken',
    description: 'For everyone. The counts are up to a second old.',
  })
  @ApiOkResponse({ type: CapacityDto, description: 'How much of what' })
  @ApiPublicProblems(DatabaseUnavailable)
  async capacity(): Promise<CapacityDto> {
    const { queued, running } = await this.backlog.counts();
    const accepting = !this.readiness.isDraining && queued < this.settings.MAX_BACKLOG;
    return { accepting, queued, running, max_backlog: this.settings.MAX_BACKLOG };
  }
}
