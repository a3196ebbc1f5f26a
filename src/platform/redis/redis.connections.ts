import type { Redis } from 'ioredis';

/** What a connection is for decides what becomes of its commands while Redis is away. */
export type RedisUse =
  /** Somebody waits for the answer: commands fail at once while Redis is away, and after a second when it is slow. */
  | 'commands'
  /** Who subscribes does so at every `ready`: a new connection is subscribed to nothing. */
  | 'subscriptions'
  /** Commands that wait for something at the server wait for the server too. */
  | 'blocking';

/**
 * The connections of this process to Redis. Each connects by itself, again and again, so the service starts and runs
 * while Redis is away; that is logged when it begins and when it is over.
 *
 * What lies in Redis may be lost at any time, by a restart or FLUSHALL: nothing there may be the only copy.
 *
 * Without REDIS_URL this is `undefined` where it is injected, and no client is loaded:
 *
 * ```ts
 * @Inject(RedisConnections) redis: RedisConnections | undefined
 * ```
 */
export abstract class RedisConnections {
  /** One that all share, for commands that are answered at once. */
  abstract readonly commands: Redis;

  /** A further connection; it is closed with all others. */
  abstract open(use: RedisUse): Redis;

  /** The name of a key or channel of this installation. */
  abstract key(...parts: readonly string[]): string;

  /** Rejects when Redis does not answer. */
  abstract ping(): Promise<void>;

  /** Asks nothing of Redis, which may be away or say nothing. What was sent before arrives; commands without a reply fail. */
  abstract close(): void;
}
