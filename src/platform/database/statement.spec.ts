import type { Database, Migrations, Queries } from './database';
import { TestDatabase } from './databases.harness';
import { statement } from './statement';

interface Thing {
  id: string;
  name: string | null;
  size: number;
}

declare module './database' {
  interface Tables {
    things: Thing;
  }
}

const migrations: Migrations = {
  '0001-things': {
    async up(db) {
      await db.schema
        .createTable('things')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('name', 'text')
        .addColumn('size', 'integer', (column) => column.notNull())
        .execute();
    },
  },
};

describe('statement', () => {
  let tests: TestDatabase;
  let database: Database;
  beforeEach(async () => {
    tests = await TestDatabase.create();
    database = await tests.open(migrations);
  });
  afterEach(() => tests.remove());

  /** A statement for things, and how often it was built. */
  function counted<Given extends object, Row>(
    build: Parameters<typeof statement<Given, Row>>[0],
  ): { run: ReturnType<typeof statement<Given, Row>>; built: () => number } {
    let times = 0;
    const run = statement<Given, Row>((queries, given) => {
      times++;
      return build(queries, given);
    });
    return { run, built: () => times };
  }
  const write = <T>(work: (queries: Queries) => Promise<T>) => database.transaction(work);
  const insert = () => counted((queries, row: Thing) => queries.insertInto('things').values(row));
  const find = () =>
    counted((queries, { id, least }: { id?: string; least?: number }) => {
      let query = queries.selectFrom('things').selectAll().orderBy('id');
      if (id !== undefined) query = query.where('id', '=', id);
      if (least !== undefined) query = query.where('size', '>=', least);
      return query;
    });

  it('is built once and runs with the values of each run', async () => {
    const { run, built } = insert();
    const things = [
      { id: 'a', name: 'first', size: 1 },
      { id: 'b', name: null, size: 2 },
      { id: 'c', name: "it's $1 ?", size: 3 },
    ];
    await write(async (queries) => {
      for (const thing of things) expect((await run(queries, thing)).numAffectedRows).toBe(1n);
    });
    expect(built()).toBe(1);
    expect((await find().run(database.committed, {})).rows).toEqual(things);
  });

  it('is built for each set of values that are given', async () => {
    const { run: add } = insert();
    await write(async (queries) => {
      for (let size = 1; size <= 3; size++) await add(queries, { id: `thing-${size}`, name: null, size });
    });
    const { run, built } = find();
    const ids = async (given: { id?: string; least?: number }) =>
      (await run(database.committed, given)).rows.map(({ id }) => id);
    expect(await ids({ least: 2 })).toEqual(['thing-2', 'thing-3']);
    expect(await ids({ least: 3, id: undefined })).toEqual(['thing-3']);
    expect(await ids({ id: 'thing-1' })).toEqual(['thing-1']);
    expect(await ids({ id: 'thing-1', least: 2 })).toEqual([]);
    expect(built()).toBe(3);
  });

  it('uses a value in as many places as it was put', async () => {
    const { run: add } = insert();
    const { run } = counted((queries, { more, id }: { more: number; id: string }) =>
      queries
        .updateTable('things')
        .set((eb) => ({ size: eb('size', '+', more) }))
        .where('id', '=', id)
        .where('size', '<', more)
        .returning('size'),
    );
    await write(async (queries) => {
      await add(queries, { id: 'a', name: null, size: 1 });
      expect((await run(queries, { id: 'a', more: 5 })).rows).toEqual([{ size: 6 }]);
      expect((await run(queries, { id: 'a', more: 5 })).rows).toEqual([]);
    });
  });
});
