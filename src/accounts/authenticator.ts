import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock/clock';
import { Settings } from '../platform/config/settings';
import type { Identity } from '../platform/http/caller.decorator';
import { InvalidToken } from '../platform/http/caller.errors';
import { KEY_MARK } from './api-keys/api-key';
import { ApiKeysService } from './api-keys/api-keys.service';
import { ExternalUsers } from './oidc/external-users';
import { ForeignTokens } from './oidc/foreign-tokens';
import { AccessTokens } from './sessions/access-tokens';
import { SessionsRepository } from './sessions/sessions.repository';
import type { Access } from './sessions/signed-tokens';
import { fold } from './user';

/** Finds out who sent a credential. */
@Injectable()
export class Authenticator {
  private readonly admins: ReadonlySet<string>;

  constructor(
    private readonly accessTokens: AccessTokens,
    private readonly sessions: SessionsRepository,
    private readonly apiKeys: ApiKeysService,
    private readonly foreignTokens: ForeignTokens,
    private readonly externalUsers: ExternalUsers,
    private readonly clock: Clock,
    settings: Settings,
  ) {
    this.admins = new Set(settings.ADMIN_EMAILS.map(fold));
  }

  /** Of an access token, ours or the issuer's, or of an API key sent as one. @throws InvalidToken · IssuerUnavailable */
  ofBearer(token: string): Promise<Identity> {
    if (token.startsWith(KEY_MARK)) return this.ofApiKey(token);
    return this.foreignTokens.mayRead(token) ? this.ofForeign(token) : this.ofSession(token);
  }

  /** A key is never an administrator: what lies in scripts should not be able to do what people do rarely. */
  async ofApiKey(key: string): Promise<Identity> {
    const { userId, scopes } = await this.apiKeys.check(key);
    return { owner: userId, userId, role: 'user', scopes, how: 'api-key', sessionId: null };
  }

  /** Of a pass in a cookie. It opens what can be read, and nothing else. @throws InvalidToken */
  async ofPass(access: Access): Promise<Identity> {
    return { ...(await this.holderOf(access)), how: 'cookie', scopes: ['read'] };
  }

  private async ofSession(token: string): Promise<Identity> {
    return this.holderOf(await this.accessTokens.read(token));
  }

  /** What a token says holds for as long as its session: who logged out is out at once. */
  private async holderOf({ userId, sessionId }: Access): Promise<Identity> {
    const holder = await this.sessions.holder(sessionId, this.clock.now());
    if (holder?.userId !== userId) throw new InvalidToken('The session has ended; log in again.');
    const role = holder.emailKey !== null && this.admins.has(holder.emailKey) ? 'admin' : 'user';
    return { owner: userId, userId, role, scopes: ['read', 'write'], how: 'session', sessionId };
  }

  /** An address counts for what it allows only when the issuer has seen to it that it is the user's. */
  private async ofForeign(token: string): Promise<Identity> {
    const claims = await this.foreignTokens.read(token);
    const { userId } = await this.externalUsers.userOf(claims);
    const isAdmin = claims.isAdmin || (claims.isVerified && this.admins.has(fold(claims.email ?? '')));
    const role = isAdmin ? 'admin' : 'user';
    return { owner: userId, userId, role, scopes: ['read', 'write'], how: 'oidc', sessionId: null };
  }
}
