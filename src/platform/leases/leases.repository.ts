import { Injectable } from '@nestjs/common';
import { Database, type Migrations } from '../database/database';

interface LeaseRow {
  name: string;
  /** The process that has it. */
  holder: string;
  /** Milliseconds since the Unix epoch. */
  expires_at: number;
  /** 1 when somebody else wants it. */
  wanted: number;
}

declare module '../database/database' {
  interface Tables {
    leases: LeaseRow;
  }
}

export const leaseMigrations: Migrations = {
  '0051-leases': {
    async up(db) {
      await db.schema
        .createTable('leases')
        .addColumn('name', 'text', (column) => column.primaryKey().notNull())
        .addColumn('holder', 'text', (column) => column.notNull())
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .addColumn('wanted', 'integer', (column) => column.notNull())
        .execute();
      await db.schema.createIndex('leases_by_holder').on('leases').column('holder').execute();
    },
  },
};

/**
 * The rows of leases. None waits for the disk: what a loss of power takes back belonged to processes whose leases are
 * about to end, or who see that the row is gone.
 */
@Injectable()
export class LeasesRepository {
  constructor(private readonly database: Database) {}

  /** Resolves with whether the name was free, or the holder's already. */
  take(name: string, holder: string, now: number, until: number): Promise<boolean> {
    const change = { holder, expires_at: until, wanted: 0 };
    return this.database.transaction(
      async (queries) => {
        const { numInsertedOrUpdatedRows } = await queries
          .insertInto('leases')
          .values({ name, ...change })
          .onConflict((conflict) =>
            conflict
              .column('name')
              .doUpdateSet(change)
              .where((eb) => eb.or([eb('leases.expires_at', '<=', now), eb('leases.holder', '=', holder)])),
          )
          .executeTakeFirst();
        return numInsertedOrUpdatedRows === 1n;
      },
      { durable: false },
    );
  }

  /** Resolves with the names that are still the holder's. */
  renew(holder: string, names: readonly string[], until: number): Promise<Set<string>> {
    return this.database.transaction(
      async (queries) => {
        const rows = await queries
          .updateTable('leases')
          .set({ expires_at: until })
          .where('holder', '=', holder)
          .where('name', 'in', names)
          .returning('name')
          .execute();
        return new Set(rows.map(({ name }) => name));
      },
      { durable: false },
    );
  }

  of(holder: string): Promise<{ name: string; wanted: number }[]> {
    return this.database.committed
      .selectFrom('leases')
      .select(['name', 'wanted'])
      .where('holder', '=', holder)
      .execute();
  }

  async want(name: string): Promise<void> {
    await this.database.transaction(
      (queries) =>
        queries
          .updateTable('leases')
          .set({ wanted: 1 })
          .where('name', '=', name)
          .where('wanted', '=', 0)
          .execute(),
      { durable: false },
    );
  }

  async remove(name: string, holder: string): Promise<void> {
    await this.database.transaction(
      (queries) =>
        queries.deleteFrom('leases').where('name', '=', name).where('holder', '=', holder).execute(),
      { durable: false },
    );
  }

  async removeAll(holder: string): Promise<void> {
    await this.database.transaction((queries) =>
      queries.deleteFrom('leases').where('holder', '=', holder).execute(),
    );
  }

  /** Removes what nobody has held since `before`. */
  async prune(before: number): Promise<void> {
    await this.database.transaction((queries) =>
      queries.deleteFrom('leases').where('expires_at', '<', before).execute(),
    );
  }
}
