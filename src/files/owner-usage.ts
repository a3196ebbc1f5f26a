import { Injectable } from '@nestjs/common';
import { Settings } from '../platform/config/settings';
import { Database, type Migrations, type Queries } from '../platform/database/database';
import { statement } from '../platform/database/statement';
import type { Owner } from '../platform/http/caller.decorator';
import { QuotaExceeded } from './files.errors';

/** What somebody has stored: originals, those still to be fetched counted as files without bytes. */
export interface Usage {
  readonly bytes: number;
  readonly files: number;
}

declare module '../platform/database/database' {
  interface Tables {
    /** The sums of `files` by owner, kept in every transaction that changes them. */
    owner_usage: { owner: string; bytes: number; files: number };
  }
}

export const usageMigrations: Migrations = {
  '0015-owner-usage': {
    async up(db: Queries) {
      await db.schema
        .createTable('owner_usage')
        .addColumn('owner', 'text', (column) => column.primaryKey())
        .addColumn('bytes', 'bigint', (column) => column.notNull())
        .addColumn('files', 'bigint', (column) => column.notNull())
        .execute();
      await db
        .insertInto('owner_usage')
        .columns(['owner', 'bytes', 'files'])
        .expression((eb) =>
          eb
            .selectFrom('files')
            .select((of) => [
              'owner',
              of.fn.coalesce(of.fn.sum<number>('size_bytes'), of.lit(0)).as('bytes'),
              of.fn.countAll<number>().as('files'),
            ])
            .groupBy('owner'),
        )
        .execute();
    },
  },
};

/** Changes nothing for an owner who has more than `roomBytes` or `roomFiles` already. */
const addUsage = statement(
  (queries, given: { owner: Owner; bytes: number; files: number; roomBytes: number; roomFiles: number }) => {
    const { owner, bytes, files, roomBytes, roomFiles } = given;
    return queries
      .insertInto('owner_usage')
      .values({ owner, bytes, files })
      .onConflict((conflict) =>
        conflict
          .column('owner')
          .doUpdateSet((eb) => ({
            bytes: eb('owner_usage.bytes', '+', bytes),
            files: eb('owner_usage.files', '+', files),
          }))
          .where('owner_usage.bytes', '<=', roomBytes)
          .where('owner_usage.files', '<=', roomFiles),
      );
  },
);

const NOTHING: Usage = { bytes: 0, files: 0 };
/** A quota of 0. A number that every database can compare with. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/**
 * How much each owner has stored, held to QUOTA_BYTES_PER_OWNER and QUOTA_FILES_PER_OWNER. One conditional
 * write in the transaction of the files: however many come at once, the sum is never beyond the quota.
 */
@Injectable()
export class OwnerUsage {
  constructor(
    private readonly database: Database,
    private readonly settings: Settings,
  ) {}

  /** Adds what is about to be stored. @throws QuotaExceeded, having changed nothing, when it does not fit */
  async take(queries: Queries, owner: Owner, { bytes, files }: Usage): Promise<void> {
    const { most } = this;
    if (bytes > most.bytes || files > most.files) throw await this.exceeded(owner, queries);
    const { numAffectedRows } = await addUsage(queries, {
      owner,
      bytes,
      files,
      roomBytes: most.bytes - bytes,
      roomFiles: most.files - files,
    });
    if (numAffectedRows !== 1n) throw await this.exceeded(owner, queries);
  }

  /**
   * Tells early that so much more cannot fit, and holds nothing: {@link take} has the last word.
   *
   * @throws QuotaExceeded
   */
  async check(owner: Owner, { bytes, files }: Usage): Promise<void> {
    const { most } = this;
    if (most.bytes === NO_LIMIT && most.files === NO_LIMIT) return;
    const used = await this.of(owner);
    if (used.bytes + bytes > most.bytes || used.files + files > most.files)
      throw new QuotaExceeded(this.settings, used);
  }

  async of(owner: Owner, queries: Queries = this.database.committed): Promise<Usage> {
    const row = await queries
      .selectFrom('owner_usage')
      .select(['bytes', 'files'])
      .where('owner', '=', owner)
      .executeTakeFirst();
    return row ?? NOTHING;
  }

  private get most(): Usage {
    const { QUOTA_BYTES_PER_OWNER, QUOTA_FILES_PER_OWNER } = this.settings;
    return { bytes: QUOTA_BYTES_PER_OWNER || NO_LIMIT, files: QUOTA_FILES_PER_OWNER || NO_LIMIT };
  }

  private async exceeded(owner: Owner, queries: Queries): Promise<QuotaExceeded> {
    return new QuotaExceeded(this.settings, await this.of(owner, queries));
  }
}

/** Takes back what was added for a file, in the transaction that removes it. Of nothing there is no row. */
export async function giveBack(queries: Queries, owner: Owner, { bytes, files }: Usage): Promise<void> {
  await queries
    .updateTable('owner_usage')
    .set((eb) => ({ bytes: eb('bytes', '-', bytes), files: eb('files', '-', files) }))
    .where('owner', '=', owner)
    .execute();
  await queries.deleteFrom('owner_usage').where('owner', '=', owner).where('files', '<=', 0).execute();
}
