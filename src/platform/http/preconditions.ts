import type { Request, Response } from 'express';
import { PreconditionFailed } from './http.errors';

/**
 * Evaluates the conditional headers (RFC 9110, section 13.2.2) of a GET or HEAD against the validators
 * already set on the response.
 *
 * @returns whether the caller's copy is still good: answer 304 without a body
 * @throws {@link PreconditionFailed}
 */
export function isNotModified(request: Request, response: Response): boolean {
  const etag = String(response.getHeader('ETag') ?? '');
  const ifMatch = request.get('if-match');
  if (ifMatch !== undefined && !listsTag(ifMatch, etag)) throw new PreconditionFailed();
  if (ifMatch === undefined && isModifiedSince(request.get('if-unmodified-since'), response)) {
    throw new PreconditionFailed();
  }
  return request.fresh;
}

/** Strong comparison: a weak tag never matches. */
function listsTag(header: string, etag: string): boolean {
  return header.trim() === '*' || header.split(',').some((tag) => tag.trim() === etag);
}

function isModifiedSince(header: string | undefined, response: Response): boolean {
  const since = Date.parse(header ?? '');
  const modified = Date.parse(String(response.getHeader('Last-Modified') ?? ''));
  return modified > since; // false when either is missing
}
