import { Injectable } from '@nestjs/common';
import { Database, type Queries } from '../../platform/database/database';
import type { CallerScope } from '../../platform/http/caller.decorator';
import type { ApiKeyRow } from '../accounts.migrations';
import type { ApiKey } from './api-key';

@Injectable()
export class ApiKeysRepository {
  constructor(private readonly database: Database) {}

  async insert(queries: Queries, key: ApiKey): Promise<void> {
    await queries.insertInto('api_keys').values(toRow(key)).execute();
  }

  /** Until the transaction has ended nobody else is told a count for this user. */
  async count(queries: Queries, userId: string): Promise<number> {
    await queries
      .selectFrom('users')
      .select('user_id')
      .where('user_id', '=', userId)
      .forNoKeyUpdate()
      .execute();
    const { count } = await queries
      .selectFrom('api_keys')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow();
    return count;
  }

  /** Newest first. */
  async list(userId: string): Promise<ApiKey[]> {
    const rows = await this.database.committed
      .selectFrom('api_keys')
      .selectAll()
      .where('user_id', '=', userId)
      .orderBy('key_id', 'desc')
      .execute();
    return rows.map(toApiKey);
  }

  async findByPrefix(prefix: string): Promise<ApiKey | undefined> {
    const row = await this.database.committed
      .selectFrom('api_keys')
      .selectAll()
      .where('prefix', '=', prefix)
      .executeTakeFirst();
    return row && toApiKey(row);
  }

  /** Notes a use, unless one since `unless` is noted already. */
  async touch(queries: Queries, keyId: string, now: number, unless: number): Promise<void> {
    await queries
      .updateTable('api_keys')
      .set({ last_used_at: now })
      .where('key_id', '=', keyId)
      .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<=', unless)]))
      .execute();
  }

  /** @returns whether there was such a key of the user */
  async remove(queries: Queries, userId: string, keyId: string): Promise<boolean> {
    const { numDeletedRows } = await queries
      .deleteFrom('api_keys')
      .where('key_id', '=', keyId)
      .where('user_id', '=', userId)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }
}

function toRow(key: ApiKey): ApiKeyRow {
  return {
    key_id: key.keyId,
    user_id: key.userId,
    name: key.name,
    prefix: key.prefix,
    key_hash: key.hash,
    scopes: key.scopes.join(' '),
    created_at: key.createdAt,
    expires_at: key.expiresAt,
    last_used_at: key.lastUsedAt,
  };
}

function toApiKey(row: ApiKeyRow): ApiKey {
  return {
    keyId: row.key_id,
    userId: row.user_id,
    name: row.name,
    prefix: row.prefix,
    hash: row.key_hash,
    scopes: row.scopes.split(' ') as CallerScope[],
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
  };
}
