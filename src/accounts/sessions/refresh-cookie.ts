import { LocalCookie, type CookieRequest } from './local-cookie';
import { SESSION_MS } from './sessions.service';

const COOKIE = new LocalCookie('filemill_refresh');

export function refreshCookie(token: string, request: CookieRequest): string {
  return COOKIE.set(token, SESSION_MS / 1000, request);
}

export function clearingCookie(request: CookieRequest): string {
  return COOKIE.clear(request);
}

export function readRefreshCookie(request: CookieRequest): string | undefined {
  return COOKIE.read(request);
}
