import { Injectable } from '@nestjs/common';
import { Database, type Queries } from '../../platform/database/database';
import type { SessionRow } from '../accounts.migrations';

/** Whose a session is, as far as requests need it. */
export interface SessionHolder {
  readonly userId: string;
  readonly emailKey: string | null;
}

/** What became of a refresh token: exchanged, not known or too old, or used before. */
export type Exchange =
  | { readonly outcome: 'exchanged'; readonly userId: string; readonly sessionId: string }
  | { readonly outcome: 'refused' | 'reused' };

/** What is exchanged for what, and until when the session goes on. */
export interface Renewal {
  readonly oldHash: string;
  readonly newHash: string;
  readonly now: number;
  /** A token that was used after this may be used again. */
  readonly usedSince: number;
  readonly expiresAt: number;
}

@Injectable()
export class SessionsRepository {
  constructor(private readonly database: Database) {}

  async insert(queries: Queries, session: SessionRow, tokenHash: string): Promise<void> {
    await queries.insertInto('sessions').values(session).execute();
    await this.insertToken(queries, session.session_id, tokenHash, session.created_at);
  }

  /** Whose a session is; undefined when it has ended. One look-up by key. */
  async holder(sessionId: string, now: number): Promise<SessionHolder | undefined> {
    const row = await this.database.committed
      .selectFrom('sessions')
      .innerJoin('users', 'users.user_id', 'sessions.user_id')
      .select(['users.user_id', 'users.email_key'])
      .where('session_id', '=', sessionId)
      .where('expires_at', '>', now)
      .executeTakeFirst();
    return row && { userId: row.user_id, emailKey: row.email_key };
  }

  /** Uses up one refresh token and adds the next. One that comes again, too late, ends its session. */
  async exchange(
    queries: Queries,
    { oldHash, newHash, now, usedSince, expiresAt }: Renewal,
  ): Promise<Exchange> {
    const used = await queries
      .updateTable('refresh_tokens')
      .set((eb) => ({ used_at: eb.fn.coalesce('used_at', eb.val(now)) }))
      .where('token_hash', '=', oldHash)
      .where((eb) => eb.or([eb('used_at', 'is', null), eb('used_at', '>', usedSince)]))
      .returning('session_id')
      .executeTakeFirst();
    if (!used) return { outcome: (await this.endReused(queries, oldHash)) ? 'reused' : 'refused' };
    const session = await queries
      .updateTable('sessions')
      .set({ expires_at: expiresAt })
      .where('session_id', '=', used.session_id)
      .where('expires_at', '>', now)
      .returning(['session_id', 'user_id'])
      .executeTakeFirst();
    if (!session) return { outcome: 'refused' };
    await this.insertToken(queries, session.session_id, newHash, now);
    return { outcome: 'exchanged', userId: session.user_id, sessionId: session.session_id };
  }

  async remove(queries: Queries, sessionId: string): Promise<void> {
    await queries.deleteFrom('sessions').where('session_id', '=', sessionId).execute();
  }

  /** All of a user but one. */
  async removeOthers(queries: Queries, userId: string, kept: string | null): Promise<void> {
    let removal = queries.deleteFrom('sessions').where('user_id', '=', userId);
    if (kept !== null) removal = removal.where('session_id', '!=', kept);
    await removal.execute();
  }

  /** Forgets sessions that ended by themselves, and used tokens from before `oldest`. */
  async prune(now: number, oldest: number): Promise<void> {
    await this.database.transaction(async (queries) => {
      await queries.deleteFrom('sessions').where('expires_at', '<=', now).execute();
      await queries.deleteFrom('refresh_tokens').where('used_at', '<', oldest).execute();
    });
  }

  private async endReused(queries: Queries, tokenHash: string): Promise<boolean> {
    const token = await queries
      .selectFrom('refresh_tokens')
      .select('session_id')
      .where('token_hash', '=', tokenHash)
      .executeTakeFirst();
    if (token) await this.remove(queries, token.session_id);
    return token !== undefined;
  }

  private async insertToken(queries: Queries, sessionId: string, hash: string, now: number): Promise<void> {
    await queries
      .insertInto('refresh_tokens')
      .values({ token_hash: hash, session_id: sessionId, created_at: now, used_at: null })
      .execute();
  }
}
