import { ApiProperty, ApiSchema } from '@nestjs/swagger';

@ApiSchema({ name: 'Limits', description: 'What is accepted, so that nobody need send what is not.' })
export class LimitsDto {
  /**
   * Largest file accepted
   * @example 10485760
   */
  @ApiProperty({ type: 'integer', minimum: 1 })
  max_file_size_bytes!: number;

  /**
   * Most files that one request may bring
   * @example 20
   */
  @ApiProperty({ type: 'integer', minimum: 1 })
  max_files_per_request!: number;

  /**
   * Extensions accepted, sorted
   * @example ['.csv', '.txt']
   */
  extensions!: string[];

  /**
   * Whether everything but this, registration and login takes credentials
   * @example false
   */
  auth_required!: boolean;
}
