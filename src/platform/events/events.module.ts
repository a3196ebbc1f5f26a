import { Global, Module } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { EventBus } from './event-bus';
import { InProcessEventBus } from './in-process.event-bus';

/** Gives everyone the {@link EventBus}. */
@Global()
@Module({
  imports: [EventEmitterModule.forRoot()],
  providers: [{ provide: EventBus, useClass: InProcessEventBus }],
  exports: [EventBus],
})
export class EventsModule {}
