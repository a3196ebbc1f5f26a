import {
  PostgresDialect,
  PostgresIntrospector,
  sql,
  type DatabaseIntrospector,
  type Kysely,
  type TableMetadata,
} from 'kysely';

/**
 * Sees the tables of the schema that unqualified names lead to, by name alone, which is what migrations ask for. The
 * library would read the columns of every table of the database, and fail over one that somebody else just drops.
 */
class OwnSchemaIntrospector extends PostgresIntrospector {
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever the tables are
  constructor(private readonly db: Kysely<any>) {
    super(db);
  }

  override async getTables(): Promise<TableMetadata[]> {
    const { rows } = await sql<{ schema: string; name: string }>`
      select schemaname as schema, tablename as name from pg_tables
      where schemaname = current_schema()`.execute(this.db);
    return rows.map(({ schema, name }) => ({ schema, name, isView: false, isForeign: false, columns: [] }));
  }
}

/** PostgreSQL in the schema that is ours. */
export class OwnSchemaDialect extends PostgresDialect {
  // oxlint-disable-next-line typescript/no-explicit-any -- as its base has it
  override createIntrospector(db: Kysely<any>): DatabaseIntrospector {
    return new OwnSchemaIntrospector(db);
  }
}
