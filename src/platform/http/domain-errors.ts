import { HttpException, NotFoundException } from '@nestjs/common';
import { DomainError } from '../errors/domain-error';
import {
  InternalError,
  MalformedRequest,
  RequestTooLarge,
  RouteNotFound,
  UnsupportedMediaType,
} from './http.errors';

interface StatusError {
  readonly status: number;
  readonly message: string;
}

/** Gives whatever was thrown on the way of a request its meaning for the caller. */
export function toDomainError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  if (error instanceof NotFoundException) return new RouteNotFound();
  if (error instanceof HttpException)
    return fromStatus({ status: error.getStatus(), message: error.message }, error);
  if (isStatusError(error)) return fromStatus(error, error);
  return new InternalError(error);
}

/** Express and its body parsers attach a status to their errors (the `http-errors` convention). */
function isStatusError(error: unknown): error is StatusError & Error {
  return error instanceof Error && 'status' in error && typeof error.status === 'number';
}

function fromStatus({ status, message }: StatusError, cause: unknown): DomainError {
  switch (status) {
    case 400:
      return new MalformedRequest(message, { cause });
    case 413:
      return new RequestTooLarge('The body is larger than this route takes.', { cause });
    case 415:
      return new UnsupportedMediaType(message, { cause });
    default:
      return new InternalError(cause);
  }
}
