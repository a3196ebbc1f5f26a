import type { NextFunction, Request, Response } from 'express';
import { MalformedRequest } from './http.errors';

/**
 * HTTP/1.1 asks for `Host` (RFC 9112, section 3.2). Node would refuse a request without it in words of its
 * own, so the server is told to leave that to us.
 */
export function requireHost(request: Request, _: Response, next: NextFunction): void {
  const isMissing = request.headers.host === undefined && request.httpVersion === '1.1';
  next(isMissing ? new MalformedRequest('The Host header is missing.') : undefined);
}
