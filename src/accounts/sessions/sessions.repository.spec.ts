import type { Database } from '../../platform/database/database';
import { TestDatabase } from '../../platform/database/databases.harness';
import { accountMigrations } from '../accounts.migrations';
import { UsersRepository } from '../users.repository';
import { SessionsRepository } from './sessions.repository';

const USER = {
  userId: 'user',
  username: 'ada',
  email: 'Ada@example.org',
  fullName: null,
  passwordHash: 'hash',
  external: null,
  createdAt: 0,
};

describe('SessionsRepository', () => {
  let tests: TestDatabase;
  let database: Database;
  let sessions: SessionsRepository;

  beforeEach(async () => {
    tests = await TestDatabase.create();
    database = await tests.open(accountMigrations);
    sessions = new SessionsRepository(database);
    const session = { session_id: 'session', user_id: 'user', created_at: 0, expires_at: 100 };
    await database.transaction(async (queries) => {
      await new UsersRepository(database).insert(queries, USER);
      await sessions.insert(queries, session, 'first');
    });
  });

  afterEach(() => tests.remove());

  const exchange = (oldHash: string, newHash: string, now: number, leewayMs = 0) =>
    database.transaction((queries) =>
      sessions.exchange(queries, { oldHash, newHash, now, usedSince: now - leewayMs, expiresAt: now + 100 }),
    );

  it('keeps a session as long as it is refreshed in time', async () => {
    expect(await exchange('first', 'second', 99)).toEqual({
      outcome: 'exchanged',
      userId: 'user',
      sessionId: 'session',
    });
    expect(await sessions.holder('session', 198)).toEqual({ userId: 'user', emailKey: 'ada@example.org' });
    expect(await sessions.holder('session', 199)).toBeUndefined();
    expect(await exchange('second', 'third', 199)).toEqual({ outcome: 'refused' });
  });

  it('ends a session for a token that was used, and for no other', async () => {
    await exchange('first', 'second', 10);
    expect(await exchange('never given', 'x', 20)).toEqual({ outcome: 'refused' });
    expect(await sessions.holder('session', 20)).toBeDefined();
    expect(await exchange('first', 'x', 20)).toEqual({ outcome: 'reused' });
    expect(await sessions.holder('session', 20)).toBeUndefined();
  });

  it('lets a token be used again within the leeway, which the second use does not extend', async () => {
    await exchange('first', 'second', 10, 5);
    expect(await exchange('first', 'third', 14, 5)).toMatchObject({ outcome: 'exchanged' });
    expect(await exchange('second', 'fourth', 14, 5)).toMatchObject({ outcome: 'exchanged' });
    expect(await exchange('first', 'fifth', 15, 5)).toEqual({ outcome: 'reused' });
  });

  it('forgets what has ended, and what can only have been stolen long ago', async () => {
    await exchange('first', 'second', 10);
    await sessions.prune(50, 10);
    expect(await sessions.holder('session', 50)).toBeDefined();
    await sessions.prune(50, 11);
    expect(await exchange('first', 'x', 50)).toEqual({ outcome: 'refused' });
    await sessions.prune(110, 11);
    const left = await database.committed.selectFrom('refresh_tokens').selectAll().execute();
    expect(left).toEqual([]);
  });
});
