import { Catch, type ArgumentsHost, type ExceptionFilter, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { allowedMethods } from './allowed-methods';
import { toDomainError } from './domain-errors';
import { MethodNotAllowed, RangeNotSatisfiable, RouteNotFound } from './http.errors';
import { requestId } from './request-id';
import { PROBLEM_JSON, toProblem } from './problem';
import type { DomainError } from '../errors/domain-error';

/** How long a client may go on to send what nobody reads, so that it gets to see the answer. */
const LINGER_MS = 5_000;

/** Answers every error as a problem document (RFC 9457): no stack, no path of the server. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const error = narrow(toDomainError(thrown), request);
    this.log(error, request);
    if (response.headersSent) {
      // Part of a body is out: a clean end would make it look whole.
      response.destroy();
      return;
    }
    answer(error, request, response);
    if (!request.complete) linger(request, response);
  }

  private log(error: DomainError, { method, path }: Request): void {
    if (error.problem.status < 500) return;
    const cause = error.cause instanceof Error ? error.cause.stack : error.cause;
    this.logger.error(`${method} ${path}: ${error.problem.code}: ${error.message}`, cause);
  }
}

/** A path that is served with other methods is not an unknown path. */
function narrow(error: DomainError, request: Request): DomainError {
  if (!(error instanceof RouteNotFound)) return error;
  const allowed = allowedMethods(request);
  return allowed.length > 0 ? new MethodNotAllowed(request.method, allowed) : error;
}

function answer(error: DomainError, request: Request, response: Response): void {
  if (error.retryAfter !== undefined) response.setHeader('Retry-After', error.retryAfter);
  if (error instanceof MethodNotAllowed) response.setHeader('Allow', error.allowed.join(', '));
  if (error instanceof RangeNotSatisfiable) response.setHeader('Content-Range', `bytes */${error.sizeBytes}`);
  const problem = { ...toProblem(error), instance: request.path, request_id: requestId(request) };
  response.status(error.problem.status).setHeader('Content-Type', PROBLEM_JSON);
  response.setHeader('Cache-Control', 'no-store');
  response.end(JSON.stringify(problem));
}

/**
 * A connection that is closed while the client still sends is reset, and with it goes the answer. So
 * the rest of a refused body is read and thrown away for a while.
 */
function linger(request: Request, response: Response): void {
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS).unref();
  request.once('end', () => clearTimeout(timer));
  request.once('close', () => clearTimeout(timer));
  response.once('finish', () => request.resume());
}
