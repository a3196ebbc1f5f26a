import type { NextFunction, Request, Response } from 'express';
import type { Logger } from 'pino';
import { PROBES } from './probes';
import { requestId } from './request-id';

/** A request as the log tells it: no header, no query, no body, so that neither tokens nor contents get there. */
export function describeRequest(request: Request, response: Response) {
  const [path] = request.originalUrl.split('?', 1);
  return { id: requestId(request, response), method: request.method, path };
}

/** Gives each request its id, and a line in the log when it has ended; probes only when they failed. */
export function logRequests(log: Logger) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const begin = performance.now();
    requestId(request, response);
    response.once('close', () => {
      const { statusCode, writableFinished } = response;
      const level = statusCode >= 500 ? 'error' : 'info';
      if (level === 'info' && PROBES.has(request.originalUrl)) return;
      const responseTime = Math.round(performance.now() - begin);
      const message = writableFinished ? 'request completed' : 'request aborted';
      log[level]({ req: describeRequest(request, response), res: { statusCode }, responseTime }, message);
    });
    next();
  };
}
