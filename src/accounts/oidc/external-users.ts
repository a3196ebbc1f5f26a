import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock';
import { Ids } from '../../platform/clock/ids';
import { Database } from '../../platform/database/database';
import { EventBus } from '../../platform/events/event-bus';
import { UserRegistered } from '../accounts.events';
import { EmailTaken, UsernameTaken } from '../accounts.errors';
import type { User } from '../user';
import { UsersRepository } from '../users.repository';
import type { ForeignClaims } from './foreign-tokens';

const NAME_CHARACTERS = 50;

/**
 * The users of an issuer: known by its name and their subject there, and by nothing else. An address that a
 * user here has too does not make them one: whoever can choose it at the issuer would have the account.
 */
@Injectable()
export class ExternalUsers {
  constructor(
    private readonly users: UsersRepository,
    private readonly database: Database,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** The user of a token; one who comes for the first time gets an account. */
  async userOf(claims: ForeignClaims): Promise<User> {
    const { issuer, subject } = claims;
    return (await this.users.findExternal(issuer, subject)) ?? this.welcome(claims);
  }

  private async welcome(claims: ForeignClaims): Promise<User> {
    const userId = this.ids.next();
    const wanted = toUsername(claims);
    const user = this.newUser(userId, wanted, claims);
    if (await this.isAdded(user)) return user;
    // The name is somebody else's, or another request of the same user was quicker.
    const known = await this.users.findExternal(claims.issuer, claims.subject);
    if (known) return known;
    const other = this.newUser(userId, `${wanted}-${userId.slice(-12)}`, claims);
    await this.add(other);
    return other;
  }

  private async isAdded(user: User): Promise<boolean> {
    try {
      await this.add(user);
      return true;
    } catch (error) {
      if (error instanceof UsernameTaken || error instanceof EmailTaken) return false;
      throw error;
    }
  }

  private async add(user: User): Promise<void> {
    await this.database.transaction((queries) => this.users.insert(queries, user));
    this.events.publish(new UserRegistered(user.userId, user.username));
  }

  private newUser(userId: string, username: string, claims: ForeignClaims): User {
    const { issuer, subject, email = null, fullName = null } = claims;
    return {
      userId,
      username,
      email,
      fullName,
      passwordHash: null,
      external: { issuer, subject },
      createdAt: this.clock.now(),
    };
  }
}

/** Of the characters that names have here: never an address, by which somebody else might be meant. */
function toUsername({ username, email }: ForeignClaims): string {
  const [name] = (username ?? email ?? 'user').normalize('NFKC').split('@');
  const allowed = name.replaceAll(/[^\p{L}\p{M}\p{N}._-]/gu, '-').replace(/^[^\p{L}\p{N}]+/u, '');
  return [...allowed].slice(0, NAME_CHARACTERS).join('') || 'user';
}
