import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ThrottlerModule } from '@nestjs/throttler';
import { Clock } from '../clock/clock';
import { Settings } from '../config/settings';
import { RedisConnections } from '../redis/redis.connections';
import { InMemoryRateLimitStorage } from './in-memory.rate-limit.storage';
import { CallerGuard } from '../http/caller.guard';
import { RateLimitGuard } from './rate-limit.guard';
import { policiesOf } from './rate-limit.policies';
import type { RateLimitStorage } from './rate-limit.storage';
import { RedisRateLimitStorage } from './redis.rate-limit.storage';

/** How often callers may ask. */
@Module({
  imports: [
    ThrottlerModule.forRootAsync({
      inject: [Settings, Clock, RedisConnections],
      useFactory: (settings: Settings, clock: Clock, redis: RedisConnections | undefined) => ({
        throttlers: policiesOf(settings),
        storage: createStorage(clock, redis),
      }),
    }),
  ],
  providers: [
    { provide: APP_GUARD, useClass: RateLimitGuard },
    { provide: APP_GUARD, useClass: CallerGuard }, // after the limits: guesses count too
  ],
})
export class RateLimitsModule {}

function createStorage(clock: Clock, redis: RedisConnections | undefined): RateLimitStorage {
  const own = new InMemoryRateLimitStorage(clock);
  return redis ? new RedisRateLimitStorage(redis, own, clock) : own;
}
