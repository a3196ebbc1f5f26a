import { DomainError, Problem } from '../errors/domain-error';

@Problem({
  code: 'route_not_found',
  status: 404,
  title: 'No such route',
  meaning: 'Nothing is served at this path. `/docs` shows what is.',
})
export class RouteNotFound extends DomainError {
  constructor(detail = 'Nothing is served at this path; /docs shows what is.') {
    super(detail);
  }
}

@Problem({
  code: 'method_not_allowed',
  status: 405,
  title: 'Method not allowed',
  meaning: 'The path exists, but not with this method. `Allow` lists the methods that it has.',
})
export class MethodNotAllowed extends DomainError {
  constructor(
    method: string,
    readonly allowed: readonly string[],
  ) {
    super(`${method} is not allowed here; ${allowed.join(', ')} ${allowed.length === 1 ? 'is' : 'are'}.`);
  }
}

@Problem({
  code: 'malformed_request',
  status: 400,
  title: 'Malformed request',
  meaning: 'The request cannot be read: a broken percent-encoding in the path, or JSON that is none.',
})
export class MalformedRequest extends DomainError {}

export interface FieldError {
  /** Name of the field, a dot between the levels. */
  readonly field: string;
  readonly message: string;
}

@Problem({
  code: 'validation_failed',
  status: 422,
  title: 'Some values are not valid',
  meaning: 'One or more fields or parameters break the schema; `errors` names each with what is wrong.',
})
export class ValidationFailed extends DomainError {
  constructor(errors: readonly FieldError[]) {
    const fields = [...new Set(errors.map(({ field }) => field))].join(', ');
    super(`Not valid: ${fields}.`, { extensions: { errors } });
  }
}

@Problem({
  code: 'request_too_large',
  status: 413,
  title: 'The request is too large',
  meaning: 'The JSON of the request is larger than anything this route takes.',
})
export class RequestTooLarge extends DomainError {}

@Problem({
  code: 'unsupported_media_type',
  status: 415,
  title: 'This kind of body is not supported',
  meaning: 'The route takes a body of another type or encoding; `Accept` in the answer says which.',
})
export class UnsupportedMediaType extends DomainError {
  constructor(detail: string, options: ErrorOptions = {}) {
    super(detail, { ...options, extensions: { accept: 'application/json' } });
  }
}

/** What can be wrong with a body that is to be JSON. */
export const JSON_BODY_PROBLEMS = [
  ValidationFailed,
  MalformedRequest,
  RequestTooLarge,
  UnsupportedMediaType,
] as const;

@Problem({
  code: 'request_timeout',
  status: 408,
  title: 'The request took too long to come',
  meaning:
    'The headers, or the fields after a file, were not complete in time, or the body came more slowly than `MIN_UPLOAD_BYTES_PER_SECOND`, averaged over a minute. A file may take as long as it needs at that pace.',
})
export class RequestTimeout extends DomainError {
  constructor() {
    super('The request was not complete in time.');
  }
}

@Problem({
  code: 'precondition_failed',
  status: 412,
  title: 'The precondition does not hold',
  meaning: 'What `If-Match` or `If-Unmodified-Since` asked for is not what is stored.',
})
export class PreconditionFailed extends DomainError {
  constructor() {
    super('The stored representation is not the one that the request asked for.');
  }
}

@Problem({
  code: 'range_not_satisfiable',
  status: 416,
  title: 'The range cannot be served',
  meaning: 'The `Range` lies outside the file; `Content-Range` says how long the file is.',
})
export class RangeNotSatisfiable extends DomainError {
  constructor(readonly sizeBytes: number) {
    super(`The range lies outside the ${sizeBytes} bytes of the file.`);
  }
}

@Problem({
  code: 'headers_too_large',
  status: 431,
  title: 'The headers are too large',
  meaning: 'The request line and the headers together are longer than the service takes (16 KiB).',
})
export class HeadersTooLarge extends DomainError {
  constructor() {
    super('The request line and the headers are too large.');
  }
}

@Problem({
  code: 'shutting_down',
  status: 503,
  title: 'The service is shutting down',
  meaning: 'This process takes no new work any more. Send the request again after `Retry-After`.',
})
export class ServiceShuttingDown extends DomainError {
  constructor() {
    super('The service is shutting down; nothing was stored.', { retryAfter: 5 });
  }
}

@Problem({
  code: 'not_ready',
  status: 503,
  title: 'The service is not ready',
  meaning: 'Something the service depends on does not answer; `checks` says what.',
})
export class NotReady extends DomainError {
  constructor(checks: Readonly<Record<string, unknown>>) {
    super('Something the service depends on does not answer.', { extensions: { checks }, retryAfter: 5 });
  }
}

@Problem({
  code: 'internal_error',
  status: 500,
  title: 'Something went wrong in the service',
  meaning: 'A fault of the service. Its log has the details under the `request_id` of the answer.',
})
export class InternalError extends DomainError {
  constructor(cause: unknown) {
    super('An unexpected fault; the log of the service has the details.', { cause });
  }
}
