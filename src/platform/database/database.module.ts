import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Settings } from '../config/settings';
import { Database, type Migrations, type MigrationSet } from './database';
import { SqliteDatabase } from './sqlite.database';

/** Gives everyone the {@link Database}, opened and migrated before anything else starts. */
@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(private readonly database: Database) {}

  /**
   * @param own - the migrations of each feature; all names together are one order
   * @param ofExtensions - run after those, set by set
   */
  static with(own: readonly Migrations[], ofExtensions: readonly MigrationSet[]): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [
        {
          provide: Database,
          inject: [Settings],
          useFactory: (settings: Settings) => openDatabase(settings, own, ofExtensions),
        },
      ],
      exports: [Database],
    };
  }

  /** The last of the shutdown hooks: whatever still wrote has been waited for by then. */
  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
  }
}

/**
 * The database that the settings name, with its tables up to date. The driver of PostgreSQL is loaded only where it is
 * used.
 *
 * @param own - the migrations of each feature; all names together are one order
 * @throws StartupError when it cannot be used
 */
export async function openDatabase(
  { DATABASE_URL, DATABASE_POOL_SIZE, DATA_DIR }: Settings,
  own: readonly Migrations[],
  ofExtensions: readonly MigrationSet[] = [],
): Promise<Database> {
  const migrations = mergeMigrations(own);
  if (DATABASE_URL === '') return SqliteDatabase.open(DATA_DIR, migrations, ofExtensions);
  const { PostgresDatabase } = await import('./postgres.database.js');
  return PostgresDatabase.open(DATABASE_URL, migrations, ofExtensions, DATABASE_POOL_SIZE);
}

/** @throws Error when two have the same name */
export function mergeMigrations(sets: readonly Migrations[]): Migrations {
  const merged: Record<string, Migrations[string]> = {};
  for (const [name, migration] of sets.flatMap((set) => Object.entries(set))) {
    if (name in merged) throw new Error(`Two migrations are called '${name}': rename one of them.`);
    merged[name] = migration;
  }
  return merged;
}
