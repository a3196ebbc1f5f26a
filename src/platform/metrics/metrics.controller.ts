import { Controller, Get, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Response } from 'express';
import { Public } from '../http/public.decorator';
import { RateLimit } from '../rate-limits/rate-limit.decorator';
import { Metrics } from './metrics';
import { MetricsGuard } from './metrics.guard';

/** For Prometheus; not part of the API: docs/observability.md says what there is. */
@ApiExcludeController()
@Public()
@RateLimit([])
@UseGuards(MetricsGuard)
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  async expose(@Res() response: Response): Promise<void> {
    const text = await this.metrics.exposition();
    response.setHeader('Cache-Control', 'no-store');
    response.type(this.metrics.registry.contentType).send(text);
  }
}
