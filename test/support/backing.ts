import type { Environment } from '@app/platform/config/load-settings';
import { randomUUID } from 'node:crypto';
import { createPostgres, dropPostgres, postgresOfTests } from '../../src/platform/database/databases.harness';
import { S3Server } from '../../src/platform/storage/s3/s3-server.harness';

const BUCKET = 'filemill';

/** What a service of a test stands on besides its data directory. */
export class Backing {
  private static readonly kept = new Map<string, Promise<Backing>>();

  private constructor(
    /** The settings that lead there. */
    readonly environment: Environment,
    private readonly databaseUrl: string | undefined,
    private readonly bucket: S3Server | undefined,
  ) {}

  /**
   * What the environment of the tests says: `TEST_DATABASE_URL`, `TEST_REDIS_URL`, `TEST_S3`, each on its own. It
   * stays with the data directory, for services that go on with that.
   */
  static of(dataDir: string): Promise<Backing> {
    const kept = Backing.kept.get(dataDir) ?? Backing.create();
    Backing.kept.set(dataDir, kept);
    return kept;
  }

  /** Also what services went on with. */
  static async removeAll(): Promise<void> {
    await Promise.all([...Backing.kept.keys()].map((dataDir) => Backing.remove(dataDir)));
  }

  static async remove(dataDir: string): Promise<void> {
    const backing = await Backing.kept.get(dataDir);
    Backing.kept.delete(dataDir);
    if (backing?.databaseUrl) await dropPostgres(backing.databaseUrl);
    await backing?.bucket?.stop();
  }

  private static async create(): Promise<Backing> {
    const { TEST_REDIS_URL, TEST_S3 } = process.env;
    const server = postgresOfTests();
    const databaseUrl = server && (await createPostgres(server));
    const bucket = TEST_S3 ? await S3Server.start(BUCKET) : undefined;
    const environment = {
      ...(databaseUrl && { DATABASE_URL: databaseUrl }),
      ...(databaseUrl &&
        TEST_REDIS_URL && { REDIS_URL: TEST_REDIS_URL, REDIS_PREFIX: `test-${randomUUID()}` }),
      ...(bucket && {
        S3_BUCKET: BUCKET,
        S3_ENDPOINT: bucket.url,
        S3_FORCE_PATH_STYLE: 'true',
        S3_ACCESS_KEY_ID: 'test',
        S3_SECRET_ACCESS_KEY: 'test',
      }),
    };
    return new Backing(environment, databaseUrl, bucket);
  }
}

afterAll(() => Backing.removeAll());
