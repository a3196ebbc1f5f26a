import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { EventBus, type DomainEvent } from './event-bus';

@Injectable()
export class InProcessEventBus extends EventBus {
  constructor(private readonly emitter: EventEmitter2) {
    super();
  }

  override publish(event: DomainEvent): void {
    this.emitter.emit(event.type, event);
  }
}
