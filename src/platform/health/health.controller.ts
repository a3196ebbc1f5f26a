import { Controller, Get, Header, ServiceUnavailableException } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheckService, HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { Database } from '../database/database';
import { DomainError } from '../errors/domain-error';
import { ApiProblems } from '../http/api-problems.decorator';
import { NotReady, ServiceShuttingDown } from '../http/http.errors';
import { BlobStore } from '../storage/blob-store';
import { LivenessDto, ReadinessDto } from './health.dto';
import { Readiness } from './readiness';

interface Pingable {
  ping(): Promise<void>;
}

@ApiTags('health')
@Controller()
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly readiness: Readiness,
    private readonly database: Database,
    private readonly blobs: BlobStore,
  ) {}

  @Get('livez')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'livez', summary: 'Whether the process answers' })
  @ApiOkResponse({ type: LivenessDto, description: 'It does' })
  @ApiProblems()
  live(): LivenessDto {
    return { status: 'ok' };
  }

  @Get('readyz')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'readyz', summary: 'Whether everything the service depends on answers' })
  @ApiOkResponse({ type: ReadinessDto, description: 'Everything does' })
  @ApiProblems(NotReady, ServiceShuttingDown)
  async ready(): Promise<ReadinessDto> {
    if (this.readiness.isDraining) throw new ServiceShuttingDown();
    try {
      const checks = [() => this.check('database', this.database), () => this.check('storage', this.blobs)];
      const { details } = await this.health.check(checks);
      return { status: 'ok', checks: details };
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      throw new NotReady((error.getResponse() as { details: HealthIndicatorResult }).details);
    }
  }

  private async check(name: string, dependency: Pingable): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check(name);
    return dependency.ping().then(
      () => indicator.up(),
      // Only the messages of our own errors are free of paths and the like.
      (error: unknown) =>
        indicator.down(error instanceof DomainError ? error.message : 'It does not answer.'),
    );
  }
}
