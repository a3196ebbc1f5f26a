import { ApiProperty, ApiSchema } from '@nestjs/swagger';

@ApiSchema({ name: 'Liveness', description: 'The process answers.' })
export class LivenessDto {
  /** @example ok */
  @ApiProperty({ enum: ['ok'] })
  status!: string;
}

@ApiSchema({ name: 'Readiness', description: 'Everything that the service depends on answers.' })
export class ReadinessDto {
  /** @example ok */
  @ApiProperty({ enum: ['ok'] })
  status!: string;

  /**
   * Each dependency; without `mail` and `redis` the service is ready nevertheless: it still takes uploads. Who takes no
   * tasks (`ROLE=api`) does not list `mail`.
   */
  @ApiProperty({
    type: 'object',
    additionalProperties: {
      type: 'object',
      properties: { status: { type: 'string' }, transport: { type: 'string', enum: ['smtp', 'outbox'] } },
      required: ['status'],
    },
    example: {
      database: { status: 'up' },
      storage: { status: 'up' },
      mail: { transport: 'smtp', status: 'up' },
    },
  })
  checks!: Record<string, { status: string; transport?: string }>;
}
