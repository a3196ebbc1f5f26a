import type { CookieRequest } from './local-cookie';
import { clearingCookie, readRefreshCookie, refreshCookie } from './refresh-cookie';

const request = (headers: CookieRequest['headers'] = {}, secure = false) => ({ headers, secure });

describe('the cookie of a session', () => {
  it('is for nobody but the routes beside the one that sets it', () => {
    expect(refreshCookie('a-b_c', request())).toBe(
      'filemill_refresh=a-b_c; Max-Age=2592000; HttpOnly; SameSite=Strict',
    );
    expect(clearingCookie(request())).toBe('filemill_refresh=; Max-Age=0; HttpOnly; SameSite=Strict');
  });

  it.each([
    ['the connection is', request({}, true)],
    ['the page is, behind a proxy', request({ origin: 'https://example.org' })],
  ])('travels encrypted only when %s', (_, given) => {
    expect(refreshCookie('a', given)).toMatch(/; Secure$/);
  });

  it.each([
    ['filemill_refresh=abc', 'abc'],
    ['a=1; filemill_refresh=abc; b=2', 'abc'],
    ['xfilemill_refresh=abc', undefined],
    ['filemill_refresh=', undefined],
    [undefined, undefined],
  ])('is found in %s', (cookie, token) => {
    expect(readRefreshCookie(request({ cookie }))).toBe(token);
  });
});
