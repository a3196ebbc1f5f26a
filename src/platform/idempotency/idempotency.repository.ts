import { Injectable } from '@nestjs/common';
import { Database, type Migrations, type Queries } from '../database/database';
import { OwnedData } from '../owners/owned-data';
import { IdempotencyKeyInUse } from './idempotency.errors';

/** A reply that is given again to whoever sends its key again. */
export interface KeptReply {
  readonly owner: string;
  /** The name of its key. */
  readonly key: string;
  /** Tells the request from others. */
  readonly fingerprint: string;
  readonly status: number;
  readonly location: string | null;
  /** JSON, sealed with the key. */
  readonly body: string;
  /** Milliseconds since the Unix epoch. */
  readonly created_at: number;
}

declare module '../database/database' {
  interface Tables {
    idempotency_keys: KeptReply;
  }
}

export const idempotencyMigrations: Migrations = {
  '0008-idempotency-keys': {
    async up(db) {
      await db.schema
        .createTable('idempotency_keys')
        .addColumn('owner', 'text', (column) => column.notNull())
        .addColumn('key', 'text', (column) => column.notNull())
        .addColumn('fingerprint', 'text', (column) => column.notNull())
        .addColumn('status', 'integer', (column) => column.notNull())
        .addColumn('location', 'text')
        .addColumn('body', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('idempotency_keys_key', ['owner', 'key'])
        .execute();
      await db.schema
        .createIndex('idempotency_keys_by_age')
        .on('idempotency_keys')
        .column('created_at')
        .execute();
    },
  },
};

@Injectable()
export class IdempotencyRepository extends OwnedData {
  constructor(private readonly database: Database) {
    super();
  }

  /** The reply kept under a key, unless it is older than `since`. */
  find(owner: string, key: string, since: number): Promise<KeptReply | undefined> {
    return this.database.committed
      .selectFrom('idempotency_keys')
      .selectAll()
      .where('owner', '=', owner)
      .where('key', '=', key)
      .where('created_at', '>=', since)
      .executeTakeFirst();
  }

  /**
   * Keeps a reply in the transaction of what it tells of; one from before `since` gives way.
   *
   * @throws IdempotencyKeyInUse when another process was quicker
   */
  async insert(queries: Queries, reply: KeptReply, since: number): Promise<void> {
    const { owner: _, key: __, ...change } = reply;
    const { numInsertedOrUpdatedRows } = await queries
      .insertInto('idempotency_keys')
      .values(reply)
      .onConflict((conflict) =>
        conflict
          .columns(['owner', 'key'])
          .doUpdateSet(change)
          .where('idempotency_keys.created_at', '<', since),
      )
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows !== 1n) throw new IdempotencyKeyInUse();
  }

  async replaceBody({ owner, key }: KeptReply, body: string): Promise<void> {
    await this.database.transaction((queries) =>
      queries
        .updateTable('idempotency_keys')
        .set({ body })
        .where('owner', '=', owner)
        .where('key', '=', key)
        .execute(),
    );
  }

  override async deleteOwned(owner: string): Promise<void> {
    await this.database.transaction((queries) =>
      queries.deleteFrom('idempotency_keys').where('owner', '=', owner).execute(),
    );
  }

  async prune(before: number): Promise<void> {
    await this.database.transaction((queries) =>
      queries.deleteFrom('idempotency_keys').where('created_at', '<', before).execute(),
    );
  }
}
