import type { Generated } from 'kysely';
import { setImmediate } from 'node:timers/promises';
import type { Database, Migrations, Queries } from './database';
import { contains } from './like';
import { numbered } from './numbers';

declare module './database' {
  interface Tables {
    notes: { id: number; text: string; count: number };
    happenings: { seq: Generated<number>; note: number };
  }
}

const migrations: Migrations = {
  '0001-notes': {
    async up(db) {
      await db.schema
        .createTable('notes')
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('text', 'text', (column) => column.notNull())
        .addColumn('count', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('happenings')
        .$call(await numbered(db, 'happenings'))
        .addColumn('note', 'integer', (column) => column.notNull())
        .execute();
    },
  },
};

export interface DatabaseHarness {
  /** Opens the one database of a test once more, as another process would. */
  open(migrations: Migrations): Promise<Database>;
  /** Closes and removes it. */
  remove(): Promise<void>;
}

/** What every driver of {@link Database} has to keep. */
export function databaseContract(create: () => Promise<DatabaseHarness>): void {
  describe('Database contract', () => {
    let harness: DatabaseHarness;
    let database: Database;

    beforeEach(async () => {
      harness = await create();
      database = await harness.open(migrations);
    });
    afterEach(() => harness.remove());

    const note = (queries: Queries, id: number, count = 0, text = '') =>
      queries.insertInto('notes').values({ id, text, count }).execute();
    const insert = (id: number, on = database) => on.transaction((queries) => note(queries, id));
    const ids = async (on = database) =>
      (await on.committed.selectFrom('notes').select('id').orderBy('id').execute()).map(({ id }) => id);
    const countOf = async (id: number) =>
      (await database.committed.selectFrom('notes').select('count').where('id', '=', id).execute())[0].count;
    const times = <T>(count: number, work: (index: number) => Promise<T>) =>
      Promise.all(Array.from({ length: count }, (_, index) => work(index)));

    it('takes back a transaction that fails, and only that one of those that come at the same time', async () => {
      const results = await Promise.allSettled([
        insert(1),
        database.transaction(async (queries) => {
          await note(queries, 2);
          throw new Error('changed my mind');
        }),
        insert(3).then(() => insert(3)),
        insert(4),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
      expect(await ids()).toEqual([1, 3, 4]);
    });

    it('goes on after a transaction whose query failed', async () => {
      await insert(1);
      // By the message alone: the native part of the SQLite driver throws the class of whoever loaded it first.
      await expect(insert(1)).rejects.toMatchObject({ message: expect.stringMatching(/unique/i) });
      await insert(2);
      expect(await ids()).toEqual([1, 2]);
    });

    it('shows nobody a transaction before it is committed, and everybody afterwards', async () => {
      const other = await harness.open(migrations);
      let seenInside: number[] = [];
      await database.transaction(async (queries) => {
        await note(queries, 1);
        seenInside = [...(await ids()), ...(await ids(other))];
      });
      expect(seenInside).toEqual([]);
      expect([await ids(), await ids(other)]).toEqual([[1], [1]]);
    });

    it('is migrated once when several open it at the same time', async () => {
      const later: Migrations = {
        ...migrations,
        '0002-more': { up: (db) => db.schema.createTable('more').addColumn('id', 'integer').execute() },
      };
      const opened = await times(4, () => harness.open(later));
      await Promise.all(opened.map((each, index) => insert(index, each)));
      expect(await ids()).toEqual([0, 1, 2, 3]);
    });

    it('gives whole numbers as numbers, whatever was counted or summed', async () => {
      const large = Number.MAX_SAFE_INTEGER;
      await database.transaction(async (queries) => {
        await note(queries, 1, large - 1);
        await note(queries, 2, 1);
      });
      const sums = await database.committed
        .selectFrom('notes')
        .select((eb) => [
          eb.fn.sum('count').as('sum'),
          eb.fn.countAll().as('rows'),
          eb.fn.max('count').as('max'),
        ])
        .executeTakeFirst();
      expect(sums).toEqual({ sum: large, rows: 2, max: large - 1 });
    });

    it('says how many rows a write changed', async () => {
      const upsert = (id: number, below: number) =>
        database.transaction((queries) =>
          queries
            .insertInto('notes')
            .values({ id, text: '', count: 5 })
            .onConflict((conflict) =>
              conflict.column('id').doUpdateSet({ count: 5 }).where('notes.count', '<', below),
            )
            .executeTakeFirst(),
        );
      const changed = [await upsert(1, 0), await upsert(1, 5), await upsert(1, 6)];
      expect(changed.map(({ numInsertedOrUpdatedRows }) => numInsertedOrUpdatedRows)).toEqual([1n, 0n, 1n]);
      const { numUpdatedRows } = await database.transaction((queries) =>
        queries.updateTable('notes').set({ text: 'x' }).where('count', '=', 5).executeTakeFirst(),
      );
      expect(numUpdatedRows).toBe(1n);
    });

    it('lets exactly one of many win a conditional write', async () => {
      await insert(1);
      const others = [database, await harness.open(migrations)];
      const wins = await times(20, (index) =>
        others[index % 2].transaction(async (queries) => {
          const { numUpdatedRows } = await queries
            .updateTable('notes')
            .set({ count: index + 1 })
            .where('id', '=', 1)
            .where('count', '=', 0)
            .executeTakeFirst();
          return numUpdatedRows;
        }),
      );
      expect(wins.filter((changed) => changed === 1n)).toHaveLength(1);
    });

    it('lets nobody write between the reading of a locked row and what is made of it', async () => {
      await insert(1);
      await times(20, () =>
        database.transaction(async (queries) => {
          const { count } = await queries
            .selectFrom('notes')
            .select('count')
            .where('id', '=', 1)
            .forUpdate()
            .executeTakeFirstOrThrow();
          await queries
            .updateTable('notes')
            .set({ count: count + 1 })
            .where('id', '=', 1)
            .execute();
        }),
      );
      expect(await countOf(1)).toBe(20);
    });

    it('brings those to an end who write the same rows in another order', async () => {
      await insert(1);
      await insert(2);
      const add = (queries: Queries, id: number) =>
        queries
          .updateTable('notes')
          .set((eb) => ({ count: eb('count', '+', 1) }))
          .where('id', '=', id)
          .execute();
      await times(6, (index) =>
        database.transaction(async (queries) => {
          for (const id of index % 2 === 0 ? [1, 2] : [2, 1]) await add(queries, id);
        }),
      );
      expect([await countOf(1), await countOf(2)]).toEqual([6, 6]);
    });

    it('loses none of what is numbered to somebody who reads on "after n"', async () => {
      const seen: number[] = [];
      let isOver = false;
      const follow = async () => {
        for (let position = 0, isLast = false; !isLast;) {
          await setImmediate();
          isLast = isOver;
          const upTo = await database.decided('happenings');
          const rows = await database.committed
            .selectFrom('happenings')
            .selectAll()
            .where('seq', '>', position)
            .where('seq', '<=', upTo)
            .orderBy('seq')
            .execute();
          seen.push(...rows.map((row) => row.note));
          position = Math.max(position, upTo);
        }
      };
      const following = follow();
      const other = await harness.open(migrations);
      await times(60, (index) =>
        [database, other][index % 2]
          .transaction(async (queries) => {
            for (let row = 0; row <= index % 3; row++)
              await queries.insertInto('happenings').values({ note: index }).execute();
            for (let query = 0; query < index % 5; query++) await note(queries, index * 10 + query);
            if (index % 7 === 0) throw new Error('not after all');
          })
          .catch(() => {}),
      );
      isOver = true;
      await following;
      const expected = Array.from({ length: 60 }, (_, index) => index)
        .filter((index) => index % 7 !== 0)
        .flatMap((index) => Array.from({ length: (index % 3) + 1 }, () => index));
      expect(seen.toSorted((a, b) => a - b)).toEqual(expected);
    });

    it('finds a part of a text, whatever its case, and wildcards only as themselves', async () => {
      await database.transaction((queries) => note(queries, 1, 0, 'A 100% \\ REPORT_final'));
      const found = async (part: string) =>
        (
          await database.committed
            .selectFrom('notes')
            .select('id')
            .where((eb) => contains(eb.ref('text'), part))
            .execute()
        ).length === 1;
      const parts = ['report', '100%', '\\', 't_f', 'a 1', '1%0', 't__f', 'A_100'];
      expect(await Promise.all(parts.map(found))).toEqual([
        true,
        true,
        true,
        true,
        true,
        false,
        false,
        false,
      ]);
    });

    it('answers as long as it is open', async () => {
      await database.ping();
      await Promise.all([insert(1), insert(2)]);
      await database.close();
      await expect(database.ping()).rejects.toThrow();
    });
  });
}
