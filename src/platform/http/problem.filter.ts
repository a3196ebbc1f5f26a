import { Catch, type ArgumentsHost, type ExceptionFilter, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AccessRefused } from './caller.errors';
import { toDomainError } from './domain-errors';
import { MethodNotAllowed, RangeNotSatisfiable } from './http.errors';
import { requestId } from './request-id';
import { describeRequest } from './request-log';
import { PROBLEM_JSON, toProblem } from './problem';
import type { DomainError } from '../errors/domain-error';

/** How long a client may go on to send what nobody reads, so that it gets to see the answer. */
const LINGER_MS = 5_000;
/** What is left of a refused body up to this size costs less to read than a new connection. */
const SHORT_BODY_BYTES = 1024 * 1024;

/** What a route may have said about the body that now is not sent. */
const OF_ANOTHER_BODY = [
  'Accept-Ranges',
  'Content-Disposition',
  'Content-Range',
  'ETag',
  'Last-Modified',
  'Link',
  'Location',
  'Repr-Digest',
];

/** Members of a 415 that are headers too (RFC 9110, section 15.5.16). */
const ACCEPTABLE = [
  ['accept', 'Accept'],
  ['accept_encoding', 'Accept-Encoding'],
] as const;

/** Answers every error as a problem document (RFC 9457): no stack, no path of the server. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const error = toDomainError(thrown);
    this.log(error, request, response);
    if (response.headersSent) {
      // Part of a body is out: a clean end would make it look whole.
      response.destroy();
      return;
    }
    const body = begin(error, request, response);
    if (request.complete) response.end(body);
    else if (response.shouldKeepAlive && isShort(request)) endAndSkip(body, request, response);
    else endAfterLinger(body, request, response);
  }

  private log({ problem, message, cause }: DomainError, request: Request, response: Response): void {
    if (problem.status < 500) return;
    const req = describeRequest(request, response);
    const detail = cause instanceof Error ? cause.stack : cause;
    this.logger.error({ req, msg: `${problem.code}: ${message}` }, detail);
  }
}

/** For an error that comes while somebody still reads the body: its reader gets no more of it. */
export function answerAndHangUp(error: DomainError, request: Request, response: Response): void {
  endAfterLinger(begin(error, request, response), request, response);
}

/** Sets status and headers; returns the body. */
function begin(error: DomainError, request: Request, response: Response): Buffer {
  for (const header of OF_ANOTHER_BODY) response.removeHeader(header);
  if (error.retryAfter !== undefined) response.setHeader('Retry-After', error.retryAfter);
  if (error instanceof AccessRefused) response.setHeader('WWW-Authenticate', error.challenge);
  if (error instanceof MethodNotAllowed) response.setHeader('Allow', error.allowed.join(', '));
  if (error instanceof RangeNotSatisfiable) response.setHeader('Content-Range', `bytes */${error.sizeBytes}`);
  for (const [member, header] of ACCEPTABLE) {
    const value = error.extensions[member];
    if (typeof value === 'string') response.setHeader(header, value);
  }
  const problem = { ...toProblem(error), instance: request.path, request_id: requestId(request, response) };
  response.status(error.problem.status).setHeader('Content-Type', PROBLEM_JSON);
  response.setHeader('Cache-Control', 'no-store');
  const body = Buffer.from(JSON.stringify(problem));
  response.setHeader('Content-Length', body.length);
  return body;
}

function isShort(request: Request): boolean {
  return Number(request.headers['content-length'] ?? Infinity) <= SHORT_BODY_BYTES;
}

/** What is left of a short body is read and thrown away: then the connection serves the next request. */
function endAndSkip(body: Buffer, request: Request, response: Response): void {
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS).unref();
  request.once('end', () => clearTimeout(timer));
  request.once('close', () => clearTimeout(timer));
  response.once('finish', () => request.resume());
  response.end(body);
}

/**
 * Asks the client to stop. A connection that is closed while the client still sends is reset, and with it
 * goes the answer: so what comes is thrown away for a while before the end.
 */
function endAfterLinger(body: Buffer, request: Request, response: Response): void {
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, LINGER_MS).unref();
  response.setHeader('Connection', 'close');
  response.write(body);
  request.once('end', end).once('close', end);
  request.removeAllListeners('data').resume();
}
