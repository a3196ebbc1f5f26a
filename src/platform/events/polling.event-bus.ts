import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { EventEmitter2 } from '@nestjs/event-emitter';
import type { Cancel, Clock } from '../clock/clock';
import { InProcessEventBus } from './in-process.event-bus';
import { LOOK_MS, NOTICES_MISSED } from './notices';

/** For instances that share a database and nothing else: no notices, so those who wait for them look again and again. */
export class PollingEventBus extends InProcessEventBus implements OnApplicationBootstrap, OnModuleDestroy {
  private stop: Cancel = () => {};

  constructor(
    emitter: EventEmitter2,
    private readonly clock: Clock,
  ) {
    super(emitter);
  }

  onApplicationBootstrap(): void {
    this.stop = this.clock.every(LOOK_MS, () => this.emitter.emit(NOTICES_MISSED));
  }

  onModuleDestroy(): void {
    this.stop();
  }
}
