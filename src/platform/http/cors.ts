import type { CorsOptionsDelegate } from '@nestjs/common/interfaces/external/cors-options.interface';
import type { Request } from 'express';

/** What scripts of other origins may read beside the body. */
const EXPOSED = [
  'Location',
  'Link',
  'ETag',
  'Preference-Applied',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'Repr-Digest',
  'Content-Disposition',
  'X-Request-Id',
  'Upload-Offset',
  'Upload-Length',
  'Upload-Expires',
  'Tus-Resumable',
  'Tus-Version',
  'Tus-Extension',
  'Tus-Max-Size',
  'Filemill-Job-Id',
];
const PREFLIGHT_SECONDS = 600;

export const ANY_ORIGIN = '*';

/**
 * Lets the pages of these origins use the service from a browser (Fetch, section 3.2). With credentials only
 * when they are named: `*` with credentials would give every page what its visitor may see.
 */
export function corsOptions(origins: readonly string[]): CorsOptionsDelegate<Request> {
  const isAny = origins.includes(ANY_ORIGIN);
  return (request, callback) =>
    callback(null, {
      origin: isAny ? ANY_ORIGIN : [...origins],
      credentials: !isAny,
      exposedHeaders: EXPOSED,
      maxAge: PREFLIGHT_SECONDS,
      optionsSuccessStatus: 204,
      // OPTIONS that no browser sends in advance is for the route itself.
      preflightContinue: request.headers['access-control-request-method'] === undefined,
    });
}
