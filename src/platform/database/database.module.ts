import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Settings } from '../config/settings';
import { Database, type Migrations } from './database';
import { SqliteDatabase } from './sqlite.database';

/** Gives everyone the {@link Database}, opened and migrated before anything else starts. */
@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(private readonly database: Database) {}

  static with(migrations: readonly Migrations[]): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [
        {
          provide: Database,
          inject: [Settings],
          useFactory: ({ DATA_DIR }: Settings) => SqliteDatabase.open(DATA_DIR, merge(migrations)),
        },
      ],
      exports: [Database],
    };
  }

  /** The last of the shutdown hooks: whatever still wrote has been waited for by then. */
  async onApplicationShutdown(): Promise<void> {
    if (this.database instanceof SqliteDatabase) await this.database.close();
  }
}

function merge(sets: readonly Migrations[]): Migrations {
  const merged: Record<string, Migrations[string]> = {};
  for (const [name, migration] of sets.flatMap((set) => Object.entries(set))) {
    if (name in merged) throw new Error(`Two migrations are called '${name}': rename one of them.`);
    merged[name] = migration;
  }
  return merged;
}
