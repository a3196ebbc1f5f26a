import { Injectable } from '@nestjs/common';
import { Database, type Queries } from '../platform/database/database';
import { toPage, type Page } from '../platform/http/page.dto';
import { EmailTaken, UsernameTaken } from './accounts.errors';
import type { UserRow } from './accounts.migrations';
import { fold, type User } from './user';

@Injectable()
export class UsersRepository {
  constructor(private readonly database: Database) {}

  /** @throws UsernameTaken · EmailTaken */
  async insert(queries: Queries, user: User): Promise<void> {
    const row = toRow(user);
    const { numInsertedOrUpdatedRows } = await queries
      .insertInto('users')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows === 1n) return;
    const sameName = await queries
      .selectFrom('users')
      .select('user_id')
      .where('username_key', '=', row.username_key)
      .executeTakeFirst();
    throw sameName ? new UsernameTaken() : new EmailTaken();
  }

  find(userId: string): Promise<User | undefined> {
    return this.first((query) => query.where('user_id', '=', userId));
  }

  /** Which of these there are. */
  async existing(queries: Queries, userIds: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await queries
      .selectFrom('users')
      .select('user_id')
      .where('user_id', 'in', userIds)
      .execute();
    return new Set(rows.map(({ user_id }) => user_id));
  }

  /** By user name or address: neither can be the other, since only addresses have an `@`. */
  findByName(name: string): Promise<User | undefined> {
    const key = fold(name);
    return this.first((query) =>
      query.where((eb) => eb.or([eb('username_key', '=', key), eb('email_key', '=', key)])),
    );
  }

  findExternal(issuer: string, subject: string): Promise<User | undefined> {
    return this.first((query) => query.where('issuer', '=', issuer).where('subject', '=', subject));
  }

  /** Everybody, the newest first. */
  async list({ limit, cursor }: { limit: number; cursor?: string }): Promise<Page<User>> {
    let query = this.database.committed.selectFrom('users').selectAll();
    if (cursor !== undefined) query = query.where('user_id', '<', cursor);
    const rows = await query
      .orderBy('user_id', 'desc')
      .limit(limit + 1)
      .execute();
    return toPage(rows.map(toUser), limit, ({ userId }) => userId);
  }

  async setFullName(queries: Queries, userId: string, fullName: string | null): Promise<void> {
    await queries.updateTable('users').set({ full_name: fullName }).where('user_id', '=', userId).execute();
  }

  /** @returns whether the password was still the one that `before` is the hash of */
  async setPassword(queries: Queries, userId: string, before: string, after: string): Promise<boolean> {
    const { numUpdatedRows } = await queries
      .updateTable('users')
      .set({ password_hash: after })
      .where('user_id', '=', userId)
      .where('password_hash', '=', before)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  /** With sessions and keys. @returns whether there was such a user */
  async remove(queries: Queries, userId: string): Promise<boolean> {
    const { numDeletedRows } = await queries
      .deleteFrom('users')
      .where('user_id', '=', userId)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  private async first(filter: (query: ReturnType<typeof all>) => ReturnType<typeof all>) {
    const row = await filter(all(this.database.committed)).executeTakeFirst();
    return row && toUser(row);
  }
}

function all(queries: Queries) {
  return queries.selectFrom('users').selectAll();
}

function toRow(user: User): UserRow {
  return {
    user_id: user.userId,
    username: user.username,
    username_key: fold(user.username),
    email: user.email,
    email_key: user.email === null || user.external ? null : fold(user.email),
    full_name: user.fullName,
    password_hash: user.passwordHash,
    issuer: user.external?.issuer ?? null,
    subject: user.external?.subject ?? null,
    created_at: user.createdAt,
  };
}

function toUser(row: UserRow): User {
  const { issuer, subject } = row;
  return {
    userId: row.user_id,
    username: row.username,
    email: row.email,
    fullName: row.full_name,
    passwordHash: row.password_hash,
    external: issuer !== null && subject !== null ? { issuer, subject } : null,
    createdAt: row.created_at,
  };
}
