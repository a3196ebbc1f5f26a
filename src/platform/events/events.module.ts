import { Global, Module } from '@nestjs/common';
import { EventEmitter2, EventEmitterModule, EventEmitterReadinessWatcher } from '@nestjs/event-emitter';
import { Clock } from '../clock/clock';
import { Settings } from '../config/settings';
import { RedisConnections } from '../redis/redis.connections';
import { EventBus } from './event-bus';
import { InProcessEventBus } from './in-process.event-bus';
import { PollingEventBus } from './polling.event-bus';
import { RedisEventBus } from './redis.event-bus';

/** Gives everyone the {@link EventBus}: with others who share the database it reaches as far as Redis does. */
@Global()
@Module({
  imports: [EventEmitterModule.forRoot()],
  providers: [
    {
      provide: EventBus,
      inject: [Settings, EventEmitter2, EventEmitterReadinessWatcher, RedisConnections, Clock],
      useFactory: create,
    },
  ],
  exports: [EventBus],
})
export class EventsModule {}

function create(
  { DATABASE_URL }: Settings,
  emitter: EventEmitter2,
  listeners: EventEmitterReadinessWatcher,
  redis: RedisConnections | undefined,
  clock: Clock,
): EventBus {
  if (redis) return new RedisEventBus(emitter, listeners, redis, clock);
  return DATABASE_URL === '' ? new InProcessEventBus(emitter) : new PollingEventBus(emitter, clock);
}
