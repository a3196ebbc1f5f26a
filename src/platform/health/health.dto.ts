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

  /** Each dependency. */
  @ApiProperty({
    type: 'object',
    additionalProperties: {
      type: 'object',
      properties: { status: { type: 'string' } },
      required: ['status'],
    },
    example: { database: { status: 'up' }, storage: { status: 'up' } },
  })
  checks!: Record<string, { status: string }>;
}
