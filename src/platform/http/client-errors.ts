import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { DomainError } from '../errors/domain-error';
import { HeadersTooLarge, MalformedRequest, RequestTimeout, RequestTooLarge } from './http.errors';
import { PROBLEM_JSON, toProblem } from './problem';

/** How long a client may go on to send, so that it gets to see the answer before the connection is reset. */
const LINGER_MS = 5_000;

/**
 * Answers what Node's parser refuses, before there is a request or in the middle of one, as a problem
 * document too, and closes the connection.
 */
export function answerClientErrors(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (socket.writableEnded) return; // answered already
    if (!socket.writable || error.code === 'ECONNRESET' || hasBegunToAnswer(socket)) {
      socket.destroy();
      return;
    }
    socket.end(rawAnswer(toDomainError(error)));
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  });
}

/** What is in flight must not be mixed up with another answer. Node's own handler asks the same. */
function hasBegunToAnswer(socket: Socket): boolean {
  const { _httpMessage: response } = socket as { _httpMessage?: ServerResponse | null };
  return response?.headersSent ?? false;
}

function toDomainError({ code }: NodeJS.ErrnoException): DomainError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new HeadersTooLarge();
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new RequestTooLarge('The extensions of a chunk are too large.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new RequestTimeout();
    default:
      return new MalformedRequest('This is no well-formed HTTP request.');
  }
}

function rawAnswer(error: DomainError): string {
  const problem = toProblem(error);
  const body = JSON.stringify(problem);
  return [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    `Content-Type: ${PROBLEM_JSON}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
