import { Filemill, type AccessToken, type CurrentUser, type Register } from '@filemill/sdk';
import { Store } from '../ui/store';
import { BASE_URL } from './base-url';
import { hasCode } from './problems';

/** Who reads the page; not known until the service has answered. */
export type Reader =
  | { readonly is: 'unknown'; readonly error?: unknown }
  | { readonly is: 'anonymous'; readonly hasEnded?: boolean }
  | { readonly is: 'user'; readonly user: CurrentUser };

/** A token that is good for less is exchanged before it is used, in milliseconds. */
const MARGIN_MS = 30_000;
const RETRY_MS = 2000;

/** Asks for tokens, so it sends none. */
const door = new Filemill({ baseUrl: BASE_URL });

/**
 * The session of the reader. The access token is here, in memory, and nowhere else; what gives the next one is in
 * a cookie that no script can read. See docs/adr/0033-cookies.md.
 */
class Session {
  readonly reader = new Store<Reader>({ is: 'unknown' });
  private token: string | undefined;
  private expiresAt = 0;
  private refreshing: Promise<void> | undefined;

  /** For every request: a token that is good for a while, or none. */
  readonly freshToken = async (): Promise<string | undefined> => {
    const isStale = this.token !== undefined && Date.now() > this.expiresAt - MARGIN_MS;
    if (isStale || this.reader.get().is === 'unknown') await this.refresh();
    return this.token;
  };

  /** Finds out who it is, as soon as the service answers. Until then nobody is taken for the anonymous caller. */
  start(): void {
    this.freshToken().catch((error: unknown) => {
      this.reader.update(() => ({ is: 'unknown', error }));
      setTimeout(() => this.start(), RETRY_MS);
    });
  }

  async login(username: string, password: string): Promise<void> {
    this.take(await door.loginByCookie({ body: { username, password } }));
    await this.meet();
  }

  async register(account: Register): Promise<void> {
    await door.register({ body: account });
    await this.login(account.username, account.password);
  }

  async logout(): Promise<void> {
    const token = await this.freshToken();
    try {
      if (token !== undefined) await door.logoutByCookie({ headers: { Authorization: `Bearer ${token}` } });
    } catch (error) {
      if (!hasCode(error, 'invalid_token')) throw error; // it has ended elsewhere
    }
    this.forget(false);
  }

  /**
   * Finds out whether the session goes on when a token is not known any more.
   *
   * @param challenge - `WWW-Authenticate` of an answer, which tells
   */
  heed(challenge: string | null | undefined): void {
    if (challenge?.includes('error="invalid_token"')) this.refresh().catch(() => {}); // it may be asked another time
  }

  /** The service does not know the session any more. */
  forget(hasEnded: boolean): void {
    this.token = undefined;
    this.reader.update(() => ({ is: 'anonymous', hasEnded }));
  }

  /** One at a time, whoever asks. */
  private refresh(): Promise<void> {
    this.refreshing ??= this.exchange().finally(() => (this.refreshing = undefined));
    return this.refreshing;
  }

  private async exchange(): Promise<void> {
    try {
      const tokens = await door.refreshByCookie();
      if (!tokens || !('access_token' in tokens)) return this.forget(this.reader.get().is === 'user'); // there is no cookie
      this.take(tokens);
      if (this.reader.get().is !== 'user') await this.meet();
    } catch (error) {
      if (!hasCode(error, 'invalid_token', 'cross_origin')) throw error; // it may be there another time
      this.forget(this.reader.get().is === 'user');
    }
  }

  private take({ access_token: token, expires_in: seconds }: AccessToken): void {
    this.token = token;
    this.expiresAt = Date.now() + seconds * 1000; // also when the machine sleeps meanwhile
  }

  private async meet(): Promise<void> {
    const user = await door.getCurrentUser({ headers: { Authorization: `Bearer ${this.token}` } });
    this.reader.update(() => ({ is: 'user', user }));
  }
}

export const session = new Session();
