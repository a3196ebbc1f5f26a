import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

const HEADER = 'X-Request-Id';
const ACCEPTABLE = /^[\w.-]{1,100}$/;

/** The id of a request, the client's own when it is harmless. Asked for first, it also sets the response's header. */
export function requestId(request: IncomingMessage & { id?: string }, response: ServerResponse): string {
  return (request.id ??= assignId(request, response));
}

function assignId(request: IncomingMessage, response: ServerResponse): string {
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' && ACCEPTABLE.test(given) ? given : randomUUID();
  response.setHeader(HEADER, id);
  return id;
}
