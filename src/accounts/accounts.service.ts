import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock/clock';
import { DAY_MS } from '../platform/clock/durations';
import { Ids } from '../platform/clock/ids';
import { Database, type Alongside } from '../platform/database/database';
import { EventBus } from '../platform/events/event-bus';
import type { Identity } from '../platform/http/caller.decorator';
import { InvalidToken, WrongCredentials } from '../platform/http/caller.errors';
import { MailQueue } from '../platform/mail/mail-queue';
import { TaskQueue } from '../platform/tasks/task-queue';
import { PasswordChanged, UserDeleted, UserRegistered } from './accounts.events';
import { DELETE_OWNED_DATA, type DeleteOwnedData } from './accounts.tasks';
import { Passwords } from './passwords';
import { SessionsRepository } from './sessions/sessions.repository';
import type { User } from './user';
import { UsersRepository } from './users.repository';
import { welcomeMail } from './welcome.mail';

/** When what an upload stored that was under way during the deletion is looked for: it may take hours. */
const AFTERMATH_MS = DAY_MS;

export interface Registration {
  readonly username: string;
  readonly email: string;
  readonly fullName: string | null;
  readonly password: string;
}

/** What people do with their accounts. */
@Injectable()
export class AccountsService {
  constructor(
    private readonly users: UsersRepository,
    private readonly sessions: SessionsRepository,
    private readonly passwords: Passwords,
    private readonly database: Database,
    private readonly tasks: TaskQueue,
    private readonly mails: MailQueue,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** @throws UsernameTaken · EmailTaken */
  async register(
    { password, ...names }: Registration,
    alongside: Alongside<User> = async () => {},
  ): Promise<User> {
    const user: User = {
      userId: this.ids.next(),
      ...names,
      passwordHash: await this.passwords.hash(password),
      external: null,
      createdAt: this.clock.now(),
    };
    await this.database.transaction(async (queries) => {
      await this.users.insert(queries, user);
      await this.mails.enqueue(queries, welcomeMail(user, names.email));
      await alongside(queries, user);
    });
    this.events.publish(new UserRegistered(user.userId, user.username));
    this.tasks.nudge();
    return user;
  }

  /** @throws InvalidToken when the account was deleted meanwhile */
  async get(userId: string): Promise<User> {
    const user = await this.users.find(userId);
    if (!user) throw new InvalidToken('The account does not exist any more.');
    return user;
  }

  async rename(userId: string, fullName: string | null): Promise<User> {
    await this.database.transaction((queries) => this.users.setFullName(queries, userId, fullName));
    return this.get(userId);
  }

  /** Ends all other sessions: whoever had the old password is out. @throws WrongCredentials */
  async changePassword({ userId, sessionId }: Identity, current: string, wanted: string): Promise<void> {
    const before = await this.authorize(userId!, current);
    if (before === null) throw new WrongCredentials('This account has no password here.');
    const after = await this.passwords.hash(wanted);
    const changed = await this.database.transaction(async (queries) => {
      const isStill = await this.users.setPassword(queries, userId!, before, after);
      if (isStill) await this.sessions.removeOthers(queries, userId!, sessionId);
      return isStill;
    });
    if (!changed) throw new WrongCredentials('The password was changed meanwhile.');
    this.events.publish(new PasswordChanged(userId!));
  }

  /** The account is gone at once, with its sessions and keys; what it owned follows. @throws WrongCredentials */
  async delete(userId: string, password: string | undefined): Promise<void> {
    await this.authorize(userId, password);
    const payload: DeleteOwnedData = { owner: userId };
    await this.database.transaction(async (queries) => {
      await this.users.remove(queries, userId);
      await this.tasks.enqueue(queries, { kind: DELETE_OWNED_DATA, payload });
      const dueAt = this.clock.now() + AFTERMATH_MS;
      await this.tasks.enqueue(queries, { kind: DELETE_OWNED_DATA, payload, dueAt });
    });
    this.events.publish(new UserDeleted(userId));
    this.tasks.nudge();
  }

  /** Users of an issuer have no password here: that they logged in there has to do. Resolves with the hash. */
  private async authorize(userId: string, password: string | undefined): Promise<string | null> {
    const { passwordHash } = await this.get(userId);
    if (passwordHash === null) return null;
    if (!(await this.passwords.isRight(password ?? '', passwordHash)))
      throw new WrongCredentials('The password is wrong.');
    return passwordHash;
  }
}
