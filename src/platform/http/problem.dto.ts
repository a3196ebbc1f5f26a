import { ApiSchema } from '@nestjs/swagger';

@ApiSchema({ name: 'FieldError' })
export class FieldErrorDto {
  /**
   * Name of the field, a dot between the levels.
   * @example limit
   */
  field!: string;

  /** @example limit must not be greater than 500 */
  message!: string;
}

/** A problem document (RFC 9457). Some errors add members of their own. */
@ApiSchema({ name: 'Problem' })
export class ProblemDto {
  /**
   * Where people read about this kind of error.
   * @example /docs/errors#job_not_found
   */
  type!: string;

  /** @example There is no such job */
  title!: string;

  /** @example 404 */
  status!: number;

  /** What happened this time. */
  detail!: string;

  /**
   * Stable word to branch on.
   * @example job_not_found
   */
  code!: string;

  /** Path of the request. */
  instance?: string;

  /** Under which the service's log has the request. */
  request_id?: string;

  /** For `validation_failed`: what is wrong with each field. */
  errors?: FieldErrorDto[];
}
