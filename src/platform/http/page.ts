import { Logger } from '@nestjs/common';
import type { RequestHandler } from 'express';
import { contentSecurityPolicy } from 'helmet';
import { existsSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import sirv from 'sirv';

/** Where the page begins: with the choice to wait for the result, or not to. All else is behind its `#`. */
const ENTRANCES: ReadonlySet<string> = new Set(['/', '/background']);
const FILE = /^\/(?:assets\/|favicon\.svg$)/;
/** Names of these have a hash of the content in them. */
const ASSETS = '/assets/';

/** Nothing from elsewhere, nothing inline; pictures of jobs are shown from memory. */
const CONTENT_SECURITY_POLICY = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'blob:', 'data:'],
  'connect-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/**
 * Serves the built page, packed beforehand where the client takes that. Looks at no path but the page's own, and
 * has no fallback: an unknown path stays a problem document. See docs/adr/0032-page.md.
 *
 * @param directory - what `npm run build` made; where it is missing there is no page, and the API is served alone
 */
export function servePage(directory: string): RequestHandler {
  if (!existsSync(join(directory, 'index.html'))) {
    new Logger('Page').warn('The page is not built: `npm run build` makes it.');
    return (_request, _response, next) => next();
  }
  const serveFile = sirv(directory, { etag: true, gzip: true, brotli: true, setHeaders: setCaching });
  const setPolicy = contentSecurityPolicy({
    useDefaults: false,
    directives: CONTENT_SECURITY_POLICY,
  });
  return (request, response, next) => {
    const isEntrance = ENTRANCES.has(request.path);
    const isReading = request.method === 'GET' || request.method === 'HEAD';
    if (!isReading || !(isEntrance || FILE.test(request.path))) return next();
    delete request.headers.range; // worth nothing here, and one less thing to get wrong
    if (!isEntrance) return serveFile(request, response, next);
    request.url = '/';
    setPolicy(request, response, () => serveFile(request, response, next));
  };
}

function setCaching(response: ServerResponse, pathname: string): void {
  const isHashed = pathname.startsWith(ASSETS);
  response.setHeader('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
}
