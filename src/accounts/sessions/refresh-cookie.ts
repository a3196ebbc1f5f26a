import type { IncomingMessage } from 'node:http';
import { SESSION_MS } from './sessions.service';

/** What of a request says how its cookies travel. */
export interface CookieRequest extends Pick<IncomingMessage, 'headers'> {
  readonly secure: boolean;
}

const NAME = 'filemill_refresh';
const PATTERN = new RegExp(`(?:^|; *)${NAME}=([\\w-]+)`);

/**
 * A cookie for the routes beside the one that sets it, and nothing else: without `Path` that is its scope
 * (RFC 6265, section 5.1.4), at whatever path a proxy has put the service.
 */
export function refreshCookie(token: string, request: CookieRequest): string {
  return cookie(token, SESSION_MS / 1000, request);
}

export function clearingCookie(request: CookieRequest): string {
  return cookie('', 0, request);
}

export function readRefreshCookie({ headers }: CookieRequest): string | undefined {
  return PATTERN.exec(headers.cookie ?? '')?.[1];
}

/** The browser knows better than we do whether it came by https: a proxy may have ended that. */
function cookie(value: string, seconds: number, { secure, headers }: CookieRequest): string {
  const isSecure = secure || headers.origin?.startsWith('https:') === true;
  return `${NAME}=${value}; Max-Age=${seconds}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
}
