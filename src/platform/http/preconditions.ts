import type { Request, Response } from 'express';
import { PreconditionFailed } from './http.errors';

/**
 * Evaluates the conditional headers (RFC 9110, section 13.2.2) of a GET or HEAD against the validators
 * already set on the response.
 *
 * Not Express's `request.fresh`: that one takes `Cache-Control: no-cache`, which fetch adds to every
 * conditional request, as a wish for the whole body. It is addressed to caches on the way.
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
  const ifNoneMatch = request.get('if-none-match');
  if (ifNoneMatch !== undefined) return listsTag(ifNoneMatch.replaceAll('W/"', '"'), etag);
  return isUnmodifiedSince(request.get('if-modified-since'), response);
}

/** Strong comparison: a weak tag never matches. */
function listsTag(header: string, etag: string): boolean {
  return header.trim() === '*' || header.split(',').some((tag) => tag.trim() === etag);
}

function isModifiedSince(header: string | undefined, response: Response): boolean {
  return lastModified(response) > Date.parse(header ?? ''); // false when either is missing
}

function isUnmodifiedSince(header: string | undefined, response: Response): boolean {
  return lastModified(response) <= Date.parse(header ?? ''); // false when either is missing
}

function lastModified(response: Response): number {
  return Date.parse(String(response.getHeader('Last-Modified') ?? ''));
}
