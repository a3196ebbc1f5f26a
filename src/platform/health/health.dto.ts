import { ApiProperty, ApiSchema } from '@nestjs/swagger';

@ApiSchema({ name: 'Liveness' })
export class LivenessDto {
  /** @example ok */
  status!: string;
}

@ApiSchema({ name: 'Readiness' })
export class ReadinessDto {
  /** @example ok */
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
