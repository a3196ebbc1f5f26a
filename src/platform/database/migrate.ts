import { Migrator, sql } from 'kysely';
import type { Migrations, MigrationSet, Queries } from './database';
import { isPostgres } from './dialect';

/** Brings the tables up to date. The caller sees to it that nobody else does at the same time. */
export async function migrate(
  queries: Queries,
  migrations: Migrations,
  further: readonly MigrationSet[],
): Promise<void> {
  await run(queries, migrations);
  for (const set of further) await run(queries, set.migrations, `migrations_of_${set.name}`);
}

async function run(db: Queries, migrations: Migrations = {}, migrationTableName?: string): Promise<void> {
  const provider = { getMigrations: () => Promise.resolve({ ...migrations }) };
  const migrationTableSchema = await schemaOf(db);
  const migrator = new Migrator({ db, provider, migrationTableName, migrationTableSchema });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}

/** Where unqualified names lead on this connection: the account of migrations in another schema is not ours. */
async function schemaOf(db: Queries): Promise<string | undefined> {
  if (!isPostgres(db)) return undefined;
  const { rows } = await sql<{ name: string }>`select current_schema() as name`.execute(db);
  return rows[0].name;
}
