import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

const HEADER = 'X-Request-Id';
const ACCEPTABLE = /^[\w.-]{1,100}$/;

/** The id under which a request is logged: the client's own when it is harmless. Also sets the response's header. */
export function assignRequestId(request: IncomingMessage, response: ServerResponse): string {
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' && ACCEPTABLE.test(given) ? given : randomUUID();
  response.setHeader(HEADER, id);
  return id;
}

/** The id of a request. What fails before the logger has seen the request gets one here. */
export function requestId(request: IncomingMessage, response: ServerResponse): string {
  const { id } = request as { id?: string };
  return id ?? assignRequestId(request, response);
}
