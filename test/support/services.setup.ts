import { PostgresServer } from './postgres-server';
import { runProgram } from './program';
import { RedisServer } from '../../src/platform/redis/redis-server.harness';
import { S3Server } from '../../src/platform/storage/s3/s3-server.harness';
import type { ServicesOfRun } from './services.teardown';

/**
 * PostgreSQL, Redis and S3 for a whole run. The workers find them by these variables; every service of a test has a copy
 * of the database, which is migrated, and a bucket and a prefix of its own.
 */
export default async function start(): Promise<void> {
  const [postgres, redis, s3] = await Promise.all([
    PostgresServer.start(),
    RedisServer.start(),
    S3Server.start(),
  ]);
  (globalThis as ServicesOfRun).services = { postgres, redis, s3 };
  const { code, output } = await runProgram('migrate', { DATABASE_URL: postgres.url() });
  if (code !== 0) throw new Error(output);
  process.env.TEST_DATABASE_TEMPLATE = postgres.url();
  process.env.TEST_REDIS_URL = redis.url;
  process.env.TEST_S3_URL = s3.url;
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'; // in each of the workers
}
