import { ApiProperty, ApiSchema } from '@nestjs/swagger';

@ApiSchema({ name: 'Capacity', description: 'How much work waits, and whether more is taken.' })
export class CapacityDto {
  /**
   * Whether uploads and new jobs are accepted
   * @example true
   */
  accepting!: boolean;

  /**
   * Tasks that wait
   * @example 12
   */
  @ApiProperty({ type: 'integer' })
  queued!: number;

  /**
   * Tasks that run
   * @example 4
   */
  @ApiProperty({ type: 'integer' })
  running!: number;

  /**
   * Tasks that may wait before more is refused
   * @example 100000
   */
  @ApiProperty({ type: 'integer' })
  max_backlog!: number;
}
