import { Injectable } from '@nestjs/common';
import type { Generated, Insertable, Selectable } from 'kysely';
import { Database, type Migrations, type Queries } from '../platform/database/database';
import { numbered } from '../platform/database/numbers';
import type { Owner } from '../platform/http/caller.decorator';
import { toPage, type Page } from '../platform/http/page.dto';

export const ACTIVITY_TYPES = [
  'job.created',
  'job.completed',
  'job.failed',
  'job.cancelled',
  'job.deleted',
  'file.downloaded',
  'report.requested',
  'report.completed',
  'report.failed',
  'user.registered',
  'user.logged_in',
  'user.logged_out',
  'user.password_changed',
  'api_key.created',
  'api_key.revoked',
  'admin.acted',
  'note',
] as const;

export type ActivityType = (typeof ACTIVITY_TYPES)[number];

/** Something that happened. */
export interface ActivityEntry {
  readonly entryId: string;
  readonly owner: Owner;
  readonly type: ActivityType;
  readonly description: string;
  /** Of a job that may be gone by now. */
  readonly jobId: string | null;
  /** When it happened, ms since the Unix epoch. */
  readonly at: number;
}

/** An entry with its place in the order in which entries were written. */
export interface NumberedEntry {
  readonly seq: number;
  readonly entry: ActivityEntry;
}

/** An entry that is still to be written down. */
export type Happening = Omit<ActivityEntry, 'entryId'>;

export interface ActivityFilter {
  readonly type?: ActivityType;
  /** Milliseconds since the Unix epoch: not before, and before. */
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
  readonly cursor?: string;
}

/** A page, and how many entries there are on all pages. */
export interface ActivityPage extends Page<ActivityEntry> {
  readonly total: number;
}

interface ActivityRow {
  /** In the order in which entries were written. */
  seq: Generated<number>;
  entry_id: string;
  owner: string;
  type: ActivityType;
  description: string;
  job_id: string | null;
  at: number;
}

declare module '../platform/database/database' {
  interface Tables {
    activity: ActivityRow;
    /** One row: up to which transition of jobs all is written down. */
    activity_position: { id: number; seq: number };
  }
}

export const activityMigrations: Migrations = {
  '0026-activity': {
    async up(db: Queries) {
      await db.schema
        .createTable('activity')
        .addColumn('entry_id', 'text', (column) => column.primaryKey())
        .addColumn('owner', 'text', (column) => column.notNull())
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('description', 'text', (column) => column.notNull())
        .addColumn('job_id', 'text')
        .addColumn('at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('activity_by_owner')
        .on('activity')
        .columns(['owner', 'entry_id'])
        .execute();
      await db.schema.createIndex('activity_by_time').on('activity').column('at').execute();
      await db.schema
        .createTable('activity_position')
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('seq', 'bigint', (column) => column.notNull())
        .execute();
      await db.insertInto('activity_position').values({ id: 1, seq: 0 }).execute();
    },
  },
  '0045-activity-numbers': {
    async up(db) {
      await db.schema.alterTable('activity').renameTo('activity_before').execute();
      const withNumbers = await numbered(db, 'activity');
      await withNumbers(db.schema.createTable('activity'))
        .addColumn('entry_id', 'text', (column) => column.notNull().unique())
        .addColumn('owner', 'text', (column) => column.notNull())
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('description', 'text', (column) => column.notNull())
        .addColumn('job_id', 'text')
        .addColumn('at', 'bigint', (column) => column.notNull())
        .execute();
      const columns = ['entry_id', 'owner', 'type', 'description', 'job_id', 'at'] as const;
      await db
        .insertInto('activity')
        .columns(columns)
        .expression(db.selectFrom('activity_before').select(columns).orderBy('entry_id'))
        .execute();
      await db.schema.dropTable('activity_before').execute();
      for (const key of ['entry_id', 'seq'])
        await db.schema
          .createIndex(`activity_by_owner_and_${key}`)
          .on('activity')
          .columns(['owner', key])
          .execute();
      await db.schema.createIndex('activity_by_time').on('activity').column('at').execute();
    },
  },
};

/** The log of what happened. */
@Injectable()
export class ActivityRepository {
  constructor(private readonly database: Database) {}

  async insert(queries: Queries, entries: readonly ActivityEntry[]): Promise<void> {
    if (entries.length > 0) await queries.insertInto('activity').values(entries.map(toRow)).execute();
  }

  /** Up to which transition all is written down. */
  async position(): Promise<number> {
    const { seq } = await this.database.committed
      .selectFrom('activity_position')
      .select('seq')
      .executeTakeFirstOrThrow();
    return seq;
  }

  /** @returns whether nobody else has moved it meanwhile */
  async move(queries: Queries, from: number, to: number): Promise<boolean> {
    const { numUpdatedRows } = await queries
      .updateTable('activity_position')
      .set({ seq: to })
      .where('seq', '=', from)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  /** Newest first; those of every owner when there is none. */
  async list({ type, from, to, limit, cursor }: ActivityFilter, owner?: Owner): Promise<ActivityPage> {
    let matching = this.database.committed.selectFrom('activity');
    if (owner !== undefined) matching = matching.where('owner', '=', owner);
    if (type !== undefined) matching = matching.where('type', '=', type);
    if (from !== undefined) matching = matching.where('at', '>=', from);
    if (to !== undefined) matching = matching.where('at', '<', to);
    const { total } = await matching
      .select((eb) => eb.fn.countAll<number | string>().as('total'))
      .executeTakeFirstOrThrow();
    if (cursor !== undefined) matching = matching.where('entry_id', '<', cursor);
    const rows = await matching
      .selectAll()
      .orderBy('entry_id', 'desc')
      .limit(limit + 1)
      .execute();
    return { total: Number(total), ...toPage(rows.map(toEntry), limit, ({ entryId }) => entryId) };
  }

  /** Up to `limit` entries of an owner after the number `seq`; none before which another may still appear. */
  async after(owner: Owner, seq: number, limit: number): Promise<NumberedEntry[]> {
    const decided = await this.now();
    const rows = await this.database.committed
      .selectFrom('activity')
      .selectAll()
      .where('owner', '=', owner)
      .where('seq', '>', seq)
      .where('seq', '<=', decided)
      .orderBy('seq')
      .limit(limit)
      .execute();
    return rows.map((row) => ({ seq: row.seq, entry: toEntry(row) }));
  }

  /** The number up to which all is written, or never will be. */
  now(): Promise<number> {
    return this.database.decided('activity');
  }

  /** The number of an entry of the owner; of one that is gone, that of the last with a smaller id. */
  async numberOf(owner: Owner, entryId: string): Promise<number> {
    const own = this.database.committed.selectFrom('activity').where('owner', '=', owner);
    const row = await own.select('seq').where('entry_id', '=', entryId).executeTakeFirst();
    if (row) return row.seq;
    const before = own.select((eb) => eb.fn.max('seq').as('seq')).where('entry_id', '<', entryId);
    return (await before.executeTakeFirstOrThrow()).seq ?? 0;
  }

  /** Removes what happened before; resolves with whether there may be more. */
  async prune(before: number, limit: number): Promise<boolean> {
    const { numDeletedRows } = await this.database.transaction((queries) =>
      queries
        .deleteFrom('activity')
        .where('entry_id', 'in', (eb) =>
          eb.selectFrom('activity').select('entry_id').where('at', '<', before).orderBy('at').limit(limit),
        )
        .executeTakeFirst(),
    );
    return numDeletedRows === BigInt(limit);
  }

  /** Nothing of an owner stays. */
  async forget(owner: Owner): Promise<void> {
    await this.database.transaction((queries) =>
      queries.deleteFrom('activity').where('owner', '=', owner).execute(),
    );
  }
}

function toRow({ entryId, jobId, ...rest }: ActivityEntry): Insertable<ActivityRow> {
  return { entry_id: entryId, job_id: jobId, ...rest };
}

function toEntry(row: Selectable<ActivityRow>): ActivityEntry {
  const { owner, type, description, at } = row;
  return { entryId: row.entry_id, owner, type, description, jobId: row.job_id, at };
}
