import { Injectable } from '@nestjs/common';
import { Database, type Migrations, type Queries } from '../platform/database/database';
import type { Owner } from '../platform/http/caller.decorator';
import { OwnedData } from '../platform/owners/owned-data';
import { endOf, type Digest, type Period } from './digests/digest';

export interface NotificationSettingsRow {
  owner: string;
  job_finished_email: number;
  digest: Digest;
  /** Null for never. */
  digest_at: number | null;
}

declare module '../platform/database/database' {
  interface Tables {
    notification_settings: NotificationSettingsRow;
  }
}

export const notificationMigrations: Migrations = {
  '0029-notification-settings': {
    async up(db) {
      await db.schema
        .createTable('notification_settings')
        .addColumn('owner', 'text', (column) => column.primaryKey())
        .addColumn('job_finished_email', 'integer', (column) => column.notNull())
        .execute();
    },
  },
  '0047-digests': {
    async up(db) {
      const settings = db.schema.alterTable('notification_settings');
      await settings.addColumn('digest', 'text', (column) => column.notNull().defaultTo('never')).execute();
      await settings.addColumn('digest_at', 'bigint').execute();
      await db.schema
        .createIndex('notification_settings_digest')
        .on('notification_settings')
        .column('digest_at')
        .where('digest_at', 'is not', null)
        .execute();
    },
  },
};

/** What users want to be told without asking each time. */
export interface NotificationSettings {
  /** A mail for each job that has ended. */
  readonly jobFinishedEmail: boolean;
  /** A report of the jobs of each day, week or month. */
  readonly digest: Digest;
}

/** A digest whose period has ended. */
export interface DueDigest {
  readonly owner: Owner;
  readonly period: Period;
  /** Milliseconds since the Unix epoch. */
  readonly dueAt: number;
  readonly email: string;
}

@Injectable()
export class NotificationSettingsRepository extends OwnedData {
  constructor(private readonly database: Database) {
    super();
  }

  async find(owner: Owner): Promise<NotificationSettings> {
    const row = await this.database.committed
      .selectFrom('notification_settings')
      .selectAll()
      .where('owner', '=', owner)
      .executeTakeFirst();
    return { jobFinishedEmail: row?.job_finished_email === 1, digest: row?.digest ?? 'never' };
  }

  /** @param now - a digest that is new is due at the end of the period of that, ms since the Unix epoch */
  async save(owner: Owner, { jobFinishedEmail, digest }: NotificationSettings, now: number): Promise<void> {
    const digestAt = digest === 'never' ? null : endOf(digest, now);
    const values = { job_finished_email: jobFinishedEmail ? 1 : 0, digest, digest_at: digestAt };
    await this.database.transaction((queries) =>
      queries
        .insertInto('notification_settings')
        .values({ owner, ...values })
        .onConflict((conflict) =>
          conflict.column('owner').doUpdateSet((eb) => ({
            ...values,
            digest_at: eb
              .case()
              .when('notification_settings.digest', '=', digest)
              .then(eb.ref('notification_settings.digest_at'))
              .else(digestAt)
              .end(),
          })),
        )
        .execute(),
    );
  }

  /** Where to tell an owner of ended jobs; undefined when that is not wanted, or there is no address. */
  async addressOf(queries: Queries, owner: Owner): Promise<string | undefined> {
    const row = await queries
      .selectFrom('notification_settings')
      .innerJoin('users', 'users.user_id', 'notification_settings.owner')
      .select('users.email')
      .where('notification_settings.owner', '=', owner)
      .where('job_finished_email', '=', 1)
      .executeTakeFirst();
    return row?.email ?? undefined;
  }

  /** Those that are due, the longest due first. */
  async dueDigests(now: number, limit: number): Promise<DueDigest[]> {
    const rows = await this.database.committed
      .selectFrom('notification_settings')
      .innerJoin('users', 'users.user_id', 'notification_settings.owner')
      .select(['notification_settings.owner', 'digest', 'digest_at', 'users.email'])
      .where('digest_at', '<=', now)
      .where('users.email', 'is not', null)
      .orderBy('digest_at')
      .limit(limit)
      .execute();
    return rows.map(({ owner, digest, digest_at, email }) => ({
      owner,
      period: digest as Period,
      dueAt: digest_at!,
      email: email!,
    }));
  }

  /** The digest that was due is taken care of. @returns whether it still was due */
  async moveDigest(queries: Queries, owner: Owner, dueAt: number, next: number): Promise<boolean> {
    const { numUpdatedRows } = await queries
      .updateTable('notification_settings')
      .set({ digest_at: next })
      .where('owner', '=', owner)
      .where('digest_at', '=', dueAt)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  override async deleteOwned(owner: Owner): Promise<void> {
    await this.database.transaction((queries) =>
      queries.deleteFrom('notification_settings').where('owner', '=', owner).execute(),
    );
  }
}
