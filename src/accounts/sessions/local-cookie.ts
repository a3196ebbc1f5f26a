import type { IncomingMessage } from 'node:http';

/** What of a request says how its cookies travel. */
export interface CookieRequest extends Pick<IncomingMessage, 'headers'> {
  readonly secure: boolean;
}

/**
 * A cookie that no script reads and no other site has sent, for the routes beside and below the one that sets it, and
 * nothing else: without `Path` that is its scope (RFC 6265, section 5.1.4), at whatever path a proxy has put the service.
 */
export class LocalCookie {
  private readonly pattern: RegExp;

  constructor(readonly name: string) {
    this.pattern = new RegExp(`(?:^|; *)${name}=([\\w.-]+)`);
  }

  /**
   * The value of `Set-Cookie`. The browser knows better than we do whether the request came by https: a proxy may have
   * ended that.
   */
  set(value: string, seconds: number, { secure, headers }: CookieRequest): string {
    const isSecure = secure || headers.origin?.startsWith('https:') === true;
    return `${this.name}=${value}; Max-Age=${seconds}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
  }

  clear(request: CookieRequest): string {
    return this.set('', 0, request);
  }

  read({ headers }: Pick<CookieRequest, 'headers'>): string | undefined {
    return this.pattern.exec(headers.cookie ?? '')?.[1];
  }
}
