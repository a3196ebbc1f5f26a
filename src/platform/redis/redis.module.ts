import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Settings } from '../config/settings';
import { RedisConnections } from './redis.connections';

/** Gives everyone the {@link RedisConnections} of REDIS_URL, or `undefined` without it. */
@Global()
@Module({
  providers: [{ provide: RedisConnections, inject: [Settings], useFactory: connect }],
  exports: [RedisConnections],
})
export class RedisModule implements OnApplicationShutdown {
  constructor(@Inject(RedisConnections) private readonly redis: RedisConnections | undefined) {}

  /** Among the last of the shutdown hooks: whatever still used it has been waited for by then. */
  onApplicationShutdown(): void {
    this.redis?.close();
  }
}

/** The client is loaded only where it is used. */
async function connect({ REDIS_URL, REDIS_PREFIX }: Settings): Promise<RedisConnections | undefined> {
  if (REDIS_URL === '') return undefined;
  const { IoredisConnections } = await import('./ioredis.connections.js');
  return new IoredisConnections(REDIS_URL, REDIS_PREFIX);
}
