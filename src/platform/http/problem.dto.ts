import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';

@ApiSchema({ name: 'FieldError', description: 'What is wrong with one field or parameter.' })
export class FieldErrorDto {
  /**
   * Name of the field, a dot between the levels.
   * @example limit
   */
  field!: string;

  /** @example 'limit must not be greater than 500' */
  message!: string;
}

@ApiSchema({
  name: 'Problem',
  description: 'A problem document (RFC 9457). Some errors add members of their own.',
})
export class ProblemDto {
  /**
   * Where people read about this kind of error.
   * @example /docs/errors#job_not_found
   */
  @ApiProperty({ format: 'uri-reference' })
  type!: string;

  /**
   * The kind of error in a few words.
   * @example 'There is no such job'
   */
  @ApiProperty()
  title!: string;

  /**
   * HTTP status of the answer, or the nearest one for an error that is recorded with a job.
   * @example 404
   */
  @ApiProperty({ type: 'integer', minimum: 400, maximum: 599 })
  status!: number;

  /**
   * What happened this time.
   * @example 'There is no such job.'
   */
  @ApiProperty()
  detail!: string;

  /**
   * Stable word to branch on.
   * @example job_not_found
   */
  @ApiProperty({ pattern: '^[a-z][a-z0-9_]*$' })
  code!: string;

  /**
   * Path of the request.
   * @example /jobs/019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5
   */
  @ApiPropertyOptional({ format: 'uri-reference' })
  instance?: string;

  /** Under which the service's log has the request. */
  @ApiPropertyOptional()
  request_id?: string;

  /** For `validation_failed`: what is wrong with each field. */
  @ApiPropertyOptional()
  errors?: FieldErrorDto[];
}
