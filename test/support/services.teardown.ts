import type { RedisServer } from '../../src/platform/redis/redis-server.harness';
import type { S3Server } from '../../src/platform/storage/s3/s3-server.harness';
import type { PostgresServer } from './postgres-server';

/** What the setup of a run leaves to its teardown. */
export interface ServicesOfRun {
  services?: { readonly postgres: PostgresServer; readonly redis: RedisServer; readonly s3: S3Server };
}

export default async function stop(): Promise<void> {
  const { postgres, redis, s3 } = (globalThis as ServicesOfRun).services!;
  await Promise.all([postgres.remove(), redis.remove(), s3.stop()]);
}
