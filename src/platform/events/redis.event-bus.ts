import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { EventEmitter2, EventEmitterReadinessWatcher } from '@nestjs/event-emitter';
import type { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import type { Cancel, Clock } from '../clock/clock';
import type { RedisConnections } from '../redis/redis.connections';
import type { DomainEvent, Notice } from './event-bus';
import { InProcessEventBus } from './in-process.event-bus';
import { LOOK_MS, noticeOf, NOTICES_MISSED, typeOfNotice } from './notices';

/** Notices of one turn of the event loop, as they travel. */
interface Message {
  /** The instance that sends them. */
  readonly from: string;
  readonly notices: readonly Notice[];
}

/** The type under which an instance says that it could not send what it had to. */
const LOST = 'lost';

/**
 * Notices by publish and subscribe, a channel for each type of event. An instance is subscribed to those that somebody
 * in it listens for.
 *
 * Redis keeps nothing for who is not there, so every gap is made known: the receiver tells its listeners to look while
 * it is not subscribed and once when it is again; the sender tells all others, as soon as it can, that it lost something.
 */
export class RedisEventBus extends InProcessEventBus implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(RedisEventBus.name);
  private readonly instance = randomUUID();
  private readonly waiting = new Map<string, Notice[]>();
  private hasLost = false;
  private isSubscribed = false;
  private stop: Cancel = () => {};

  constructor(
    emitter: EventEmitter2,
    private readonly listeners: EventEmitterReadinessWatcher,
    private readonly redis: RedisConnections,
    private readonly clock: Clock,
  ) {
    super(emitter);
  }

  override publish(event: DomainEvent): void {
    super.publish(event);
    if (event.notice) this.enqueue(event.type, event.notice);
  }

  /** Not waited for: who listens is known only after other hooks like this one. */
  onApplicationBootstrap(): void {
    void this.listeners.waitUntilReady().then(() => this.listen());
  }

  onModuleDestroy(): void {
    this.stop();
  }

  private listen(): void {
    const subscriber = this.redis.open('subscriptions');
    subscriber.on('ready', () => void this.subscribe(subscriber));
    subscriber.on('close', () => (this.isSubscribed = false));
    subscriber.on('message', (channel: string, text: string) => this.receive(channel, text));
    this.stop = this.clock.every(LOOK_MS, () => this.look(subscriber));
  }

  private async subscribe(subscriber: Redis): Promise<void> {
    const wanted = this.emitter.eventNames().map((name) => typeOfNotice(String(name)));
    const types = [LOST, ...wanted.filter((type) => type !== undefined)];
    try {
      await subscriber.subscribe(...types.map((type) => this.channelOf(type)));
      this.isSubscribed = true;
      this.emitter.emit(NOTICES_MISSED);
    } catch (error) {
      this.logger.warn(`Notices cannot be subscribed to: ${String(error)}`); // a lost connection comes back, and tries again
    }
  }

  private look(subscriber: Redis): void {
    if (!this.isSubscribed) this.emitter.emit(NOTICES_MISSED);
    // A connection that died without a word is given up.
    else void subscriber.ping().catch(() => subscriber.disconnect(true));
    if (this.hasLost) {
      this.hasLost = false;
      this.enqueue(LOST, {});
    }
  }

  private receive(channel: string, text: string): void {
    const { from, notices } = JSON.parse(text) as Message;
    if (from === this.instance) return;
    const type = channel.slice(this.channelOf('').length);
    if (type === LOST) this.emitter.emit(NOTICES_MISSED);
    else for (const notice of notices) this.emitter.emit(noticeOf(type), notice);
  }

  private enqueue(type: string, notice: Notice): void {
    if (this.waiting.size === 0) setImmediate(() => this.send());
    const others = this.waiting.get(type);
    if (others) others.push(notice);
    else this.waiting.set(type, [notice]);
  }

  private send(): void {
    for (const [type, notices] of this.waiting) {
      const message: Message = { from: this.instance, notices };
      this.redis.commands
        .publish(this.channelOf(type), JSON.stringify(message))
        .catch(() => (this.hasLost = true));
    }
    this.waiting.clear();
  }

  private channelOf(type: string): string {
    return this.redis.key('events', type);
  }
}
