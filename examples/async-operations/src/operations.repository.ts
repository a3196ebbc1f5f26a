import { Injectable } from '@nestjs/common';
import { Database, OwnedData, type Migrations, type Owner, type Queries } from 'filemill/plugin-api';

/** What was done in the background. */
export interface Operation {
  /** That of the task, so that a task which is run again finds its entry. */
  readonly operationId: string;
  readonly owner: Owner;
  readonly description: string;
  /** Milliseconds since the Unix epoch. */
  readonly finishedAt: number;
}

/** Named after the extension. Kysely wants a type here, not an interface. */
type OperationsTables = {
  async_operations: { operation_id: string; owner: string; description: string; finished_at: number };
};

export const operationsMigrations: Migrations = {
  '0001-operations': {
    async up(db) {
      await db.schema
        .createTable('async_operations')
        .addColumn('operation_id', 'text', (column) => column.primaryKey())
        .addColumn('owner', 'text', (column) => column.notNull())
        .addColumn('description', 'text', (column) => column.notNull())
        .addColumn('finished_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('async_operations_by_owner')
        .on('async_operations')
        .columns(['owner', 'operation_id'])
        .execute();
    },
  },
};

@Injectable()
export class OperationsRepository extends OwnedData {
  constructor(private readonly database: Database) {
    super();
  }

  async insert(queries: Queries, operation: Operation): Promise<void> {
    await queries
      .withTables<OperationsTables>()
      .insertInto('async_operations')
      .values({
        operation_id: operation.operationId,
        owner: operation.owner,
        description: operation.description,
        finished_at: operation.finishedAt,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  async count(owner: Owner): Promise<number> {
    const { total } = await this.database.committed
      .withTables<OperationsTables>()
      .selectFrom('async_operations')
      .select((eb) => eb.fn.countAll().as('total'))
      .where('owner', '=', owner)
      .executeTakeFirstOrThrow();
    return Number(total);
  }

  /** The newest first. */
  async last(owner: Owner, limit: number): Promise<Operation[]> {
    const rows = await this.database.committed
      .withTables<OperationsTables>()
      .selectFrom('async_operations')
      .selectAll()
      .where('owner', '=', owner)
      .orderBy('operation_id', 'desc')
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      operationId: row.operation_id,
      owner: row.owner,
      description: row.description,
      finishedAt: row.finished_at,
    }));
  }

  override async deleteOwned(owner: Owner): Promise<void> {
    await this.database.transaction((queries) =>
      queries
        .withTables<OperationsTables>()
        .deleteFrom('async_operations')
        .where('owner', '=', owner)
        .execute(),
    );
  }
}
