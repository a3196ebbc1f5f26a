import { createApp } from './app';
import { MIGRATIONS } from './app.module';
import { loadSettings, readEnvironment, type Environment } from './platform/config/load-settings';
import { mergeMigrations, openDatabase } from './platform/database/database.module';
import { StartupError } from './platform/errors/startup-error';
import { SchedulingModule } from './platform/scheduling/scheduling.module';
import type { Extension } from './plugin-api/extension';
import { runProgram } from './program';

/** What never listens may be called from nowhere. */
const UNHEARD = { HOST: '127.0.0.1', ROLE: 'api' };

/**
 * Brings the tables up to date and ends: for who updates many instances and wants it done, or failed, before the first
 * of them starts.
 */
export function migrate(extensions: readonly Extension[] = []): Promise<void> {
  return runProgram(async () => {
    const settings = loadSettings({ ...readEnvironment(), HOST: UNHEARD.HOST });
    const database = await openDatabase(settings, MIGRATIONS, extensions);
    await database.close();
    console.log('The tables are up to date.');
  });
}

/** One round of every sweep, beside the instances that run: also while none of them is a worker. */
export function sweep(extensions: readonly Extension[] = []): Promise<void> {
  return runProgram(async () => {
    const environment: Environment = { ...readEnvironment(), ...UNHEARD };
    if (!environment.DATABASE_URL)
      throw new StartupError('DATABASE_URL is not set: the one process on SQLite does its sweeps by itself.');
    const app = await createApp(environment, extensions);
    try {
      await app.get(SchedulingModule).sweepOnce();
    } finally {
      await app.close();
    }
  });
}

/**
 * Copies the rows of a service that is stopped from SQLite in DATA_DIR to the empty PostgreSQL of DATABASE_URL. Files stay
 * where they are.
 */
export function migrateToPostgres(extensions: readonly Extension[] = []): Promise<void> {
  return runProgram(async () => {
    const settings = loadSettings({ ...readEnvironment(), HOST: UNHEARD.HOST });
    if (settings.DATABASE_URL === '')
      throw new StartupError('DATABASE_URL is not set: say which PostgreSQL it is to be.');
    const migrations = mergeMigrations(MIGRATIONS);
    const { copyToPostgres } = await import('./platform/database/copy-to-postgres.js');
    const counts = await copyToPostgres({
      from: settings.DATA_DIR,
      to: settings.DATABASE_URL,
      migrations,
      further: extensions,
    });
    for (const [table, count] of counts) console.log(`${String(count).padStart(12)}  ${table}`);
    console.log('All rows are in PostgreSQL now. Start the service with this DATABASE_URL from now on.');
  });
}
