import type { Environment } from '@app/platform/config/load-settings';
import { MIGRATIONS } from '@app/app.module';
import { mergeMigrations } from '@app/platform/database/database.module';
import { DATABASE_FILE, SqliteDatabase } from '@app/platform/database/sqlite.database';
import Sqlite from 'better-sqlite3';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyPostgres, dropPostgres, executePostgres } from '../../src/platform/database/databases.harness';
import { TestBucket } from '../../src/platform/storage/s3/s3-server.harness';

/** The server has a hundred for all services of all tests that run. */
const CONNECTIONS = '4';

/** What a service of a test stands on besides its data directory. */
export class Backing {
  private static readonly kept = new Map<string, Promise<Backing>>();
  private static template: Promise<Buffer> | undefined;

  private constructor(
    /** The settings that lead there. */
    readonly environment: Environment,
    private readonly databaseUrl: string | undefined,
    private readonly bucket: TestBucket | undefined,
  ) {}

  /**
   * What the setup of the run says (`services.setup.ts`): nothing, or PostgreSQL, Redis and S3. It
   * stays with the data directory, for services that go on with that.
   */
  static of(dataDir: string): Promise<Backing> {
    const kept = Backing.kept.get(dataDir) ?? Backing.create(dataDir);
    Backing.kept.set(dataDir, kept);
    return kept;
  }

  /** Also what services went on with. */
  static async removeAll(): Promise<void> {
    await Promise.all([...Backing.kept.keys()].map((dataDir) => Backing.remove(dataDir)));
  }

  /** Changes rows behind the back of a service that does not run. */
  static async execute(dataDir: string, statements: string): Promise<void> {
    const { databaseUrl } = await Backing.of(dataDir);
    if (databaseUrl) return executePostgres(databaseUrl, statements);
    const database = new Sqlite(join(dataDir, DATABASE_FILE));
    database.exec(statements);
    database.close();
  }

  static async remove(dataDir: string): Promise<void> {
    const backing = await Backing.kept.get(dataDir);
    Backing.kept.delete(dataDir);
    if (backing?.databaseUrl) await dropPostgres(backing.databaseUrl);
    await backing?.bucket?.empty();
  }

  private static async create(dataDir: string): Promise<Backing> {
    const { TEST_DATABASE_TEMPLATE, TEST_REDIS_URL, TEST_S3_URL } = process.env;
    if (!TEST_DATABASE_TEMPLATE || !TEST_REDIS_URL || !TEST_S3_URL) {
      const file = join(dataDir, DATABASE_FILE);
      if (!existsSync(file)) writeFileSync(file, await Backing.migrated(), { mode: 0o600 });
      return new Backing({}, undefined, undefined);
    }
    const databaseUrl = await copyPostgres(TEST_DATABASE_TEMPLATE);
    const bucket = await TestBucket.create(TEST_S3_URL);
    const environment = {
      DATABASE_URL: databaseUrl,
      DATABASE_POOL_SIZE: CONNECTIONS,
      REDIS_URL: TEST_REDIS_URL,
      REDIS_PREFIX: `test-${randomUUID()}`,
      ...bucket.environment,
    };
    return new Backing(environment, databaseUrl, bucket);
  }

  /** An empty database with all its tables: making them anew for each service took a quarter of its start. */
  private static migrated(): Promise<Buffer> {
    return (Backing.template ??= (async () => {
      const directory = mkdtempSync(join(tmpdir(), 'filemill-template-'));
      const database = await SqliteDatabase.open(directory, mergeMigrations(MIGRATIONS));
      await database.close();
      const content = readFileSync(join(directory, DATABASE_FILE));
      rmSync(directory, { recursive: true });
      return content;
    })());
  }
}

afterAll(() => Backing.removeAll());
