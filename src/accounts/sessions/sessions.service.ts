import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock';
import { DAY_MS } from '../../platform/clock/durations';
import { Ids } from '../../platform/clock/ids';
import { Database } from '../../platform/database/database';
import { EventBus } from '../../platform/events/event-bus';
import type { Identity } from '../../platform/http/caller.decorator';
import { InvalidToken, WrongCredentials } from '../../platform/http/caller.errors';
import { UserLoggedIn, UserLoggedOut } from '../accounts.events';
import { Passwords } from '../passwords';
import { hashOf, newSecret } from '../secrets';
import { UsersRepository } from '../users.repository';
import { AccessTokens } from './access-tokens';
import { SessionsRepository } from './sessions.repository';

/** How long a session lives without being refreshed. */
export const SESSION_MS = 30 * DAY_MS;

/** What somebody who logged in goes on with. */
export interface Tokens {
  readonly accessToken: string;
  /** For the next pair, once. */
  readonly refreshToken: string;
}

/** Sessions: begun by a password, kept alive by refresh tokens, ended by their user or by a stolen token. */
@Injectable()
export class SessionsService {
  private readonly logger = new Logger(SessionsService.name);

  constructor(
    private readonly sessions: SessionsRepository,
    private readonly users: UsersRepository,
    private readonly passwords: Passwords,
    private readonly accessTokens: AccessTokens,
    private readonly database: Database,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** @param name - user name or address @throws WrongCredentials */
  async begin(name: string, password: string): Promise<Tokens> {
    const user = await this.users.findByName(name);
    const isRight = await this.passwords.isRight(password, user?.passwordHash);
    if (!user || !isRight) throw new WrongCredentials();
    const now = this.clock.now();
    const sessionId = this.ids.next();
    const refreshToken = newSecret();
    const row = {
      session_id: sessionId,
      user_id: user.userId,
      created_at: now,
      expires_at: now + SESSION_MS,
    };
    await this.database.transaction((queries) => this.sessions.insert(queries, row, hashOf(refreshToken)));
    this.events.publish(new UserLoggedIn(user.userId, sessionId));
    return { accessToken: await this.accessTokens.issue({ userId: user.userId, sessionId }), refreshToken };
  }

  /**
   * Exchanges a refresh token. One that was exchanged before ends the session, unless that is no longer ago than
   * `leewayMs`.
   *
   * @throws InvalidToken
   */
  async renew(oldToken: string, leewayMs = 0): Promise<Tokens> {
    const refreshToken = newSecret();
    const now = this.clock.now();
    const renewal = {
      oldHash: hashOf(oldToken),
      newHash: hashOf(refreshToken),
      now,
      usedSince: now - leewayMs,
      expiresAt: now + SESSION_MS,
    };
    const exchange = await this.database.transaction((queries) => this.sessions.exchange(queries, renewal));
    if (exchange.outcome === 'exchanged')
      return { accessToken: await this.accessTokens.issue(exchange), refreshToken };
    if (exchange.outcome === 'reused')
      this.logger.warn('A refresh token was used a second time: its session was ended.');
    throw new InvalidToken('The refresh token is unknown, expired, or was used before.');
  }

  /** Ends the session of a caller who has one. */
  async end({ userId, sessionId }: Identity): Promise<void> {
    if (sessionId === null) return;
    await this.database.transaction((queries) => this.sessions.remove(queries, sessionId));
    this.events.publish(new UserLoggedOut(userId!, sessionId));
  }
}
