import { Controller, Get, Header, Inject, ServiceUnavailableException } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheckService, HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { Settings } from '../config/settings';
import { Database } from '../database/database';
import { DomainError } from '../errors/domain-error';
import { ApiPublicProblems } from '../http/api-problems.decorator';
import { NotReady, ServiceShuttingDown } from '../http/http.errors';
import { Public } from '../http/public.decorator';
import { MailStatus } from '../mail/mail-status';
import { RateLimit } from '../rate-limits/rate-limit.decorator';
import { RedisConnections } from '../redis/redis.connections';
import { BlobStore } from '../storage/blob-store';
import { LivenessDto, ReadinessDto } from './health.dto';
import { Readiness } from './readiness';

interface Pingable {
  ping(): Promise<void>;
}

@ApiTags('health')
@Public()
@RateLimit([])
@Controller()
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly readiness: Readiness,
    private readonly database: Database,
    private readonly blobs: BlobStore,
    private readonly mail: MailStatus,
    @Inject(RedisConnections) private readonly redis: RedisConnections | undefined,
    private readonly settings: Settings,
  ) {}

  @Get('livez')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'livez', summary: 'Whether the process answers' })
  @ApiOkResponse({ type: LivenessDto, description: 'It does' })
  @ApiPublicProblems()
  live(): LivenessDto {
    return { status: 'ok' };
  }

  @Get('readyz')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'readyz', summary: 'Whether everything the service depends on answers' })
  @ApiOkResponse({ type: ReadinessDto, description: 'Everything does' })
  @ApiPublicProblems(NotReady, ServiceShuttingDown)
  async ready(): Promise<ReadinessDto> {
    if (this.readiness.isDraining) throw new ServiceShuttingDown();
    const helpers = await this.helpers();
    try {
      const checks = [() => this.check('database', this.database), () => this.check('storage', this.blobs)];
      const { details } = await this.health.check(checks);
      return { status: 'ok', checks: { ...details, ...helpers } };
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      const { details } = error.getResponse() as { details: HealthIndicatorResult };
      throw new NotReady({ ...details, ...helpers });
    }
  }

  /** What the service takes work without: mails wait, and instances that have no Redis each go by themselves. */
  private async helpers(): Promise<Record<string, { status: string }>> {
    const sendsMails = this.settings.ROLE !== 'api'; // tasks do
    const mails = sendsMails && { mail: this.mail.current() };
    if (!this.redis) return { ...mails };
    const status = await this.redis.ping().then(
      () => 'up',
      () => 'down',
    );
    return { ...mails, redis: { status } };
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
