import { createPostgres, dropPostgres, postgresOfTests } from '../../src/platform/database/databases.harness';
import { RedisServer } from '../../src/platform/redis/redis-server.harness';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp, type TestApp, type TestAppOptions } from './app';
import { testProcessor } from './test-processors';

/** Several instances of the service on one PostgreSQL, one Redis and one directory of files, all of a test's own. */
export class Instances {
  private readonly running = new Set<TestApp>();

  private constructor(
    readonly databaseUrl: string,
    readonly redis: RedisServer,
    readonly dataDir: string,
  ) {}

  static async create(): Promise<Instances> {
    const databaseUrl = await createPostgres(postgresOfTests()!);
    return new Instances(
      databaseUrl,
      await RedisServer.start(),
      mkdtempSync(join(tmpdir(), 'filemill-instances-')),
    );
  }

  /** With the processor `gated`. */
  async start({ environment, ...options }: TestAppOptions = {}): Promise<TestApp> {
    const shared = { DATABASE_URL: this.databaseUrl, REDIS_URL: this.redis.url };
    const app = await startApp({
      dataDir: this.dataDir,
      processors: [testProcessor('gated')],
      environment: { ...shared, ...environment },
      ...options,
    });
    this.running.add(app);
    return app;
  }

  async stop(app: TestApp): Promise<void> {
    if (this.running.delete(app)) await app.close();
  }

  /** Also stops all that run. */
  async remove(): Promise<void> {
    await Promise.all([...this.running].map((app) => this.stop(app)));
    await this.redis.remove();
    await dropPostgres(this.databaseUrl);
    rmSync(this.dataDir, { recursive: true });
  }
}
