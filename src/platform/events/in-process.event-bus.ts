import type { EventEmitter2 } from '@nestjs/event-emitter';
import { EventBus, type DomainEvent } from './event-bus';

/** For one instance that shares its database with no other. */
export class InProcessEventBus extends EventBus {
  constructor(protected readonly emitter: EventEmitter2) {
    super();
  }

  override publish(event: DomainEvent): void {
    this.emitter.emit(event.type, event);
  }
}
