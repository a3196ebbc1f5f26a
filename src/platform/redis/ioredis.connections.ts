import { Logger } from '@nestjs/common';
import { Redis, type RedisOptions } from 'ioredis';
import { RedisConnections, type RedisUse } from './redis.connections';

const CONNECT_TIMEOUT_MS = 5_000;
const COMMAND_TIMEOUT_MS = 1_000;
const KEEP_ALIVE_MS = 30_000;
/** The process does not end before. */
const DISCONNECT_TIMEOUT_MS = 200;
/** Between two attempts to connect. */
const LONGEST_PAUSE_MS = 2_000;

const USES: Readonly<Record<RedisUse, RedisOptions>> = {
  commands: { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: COMMAND_TIMEOUT_MS },
  subscriptions: {
    enableOfflineQueue: true,
    maxRetriesPerRequest: null,
    commandTimeout: 3 * COMMAND_TIMEOUT_MS,
    autoResubscribe: false,
  },
  blocking: { enableOfflineQueue: true, maxRetriesPerRequest: null },
};

/** {@link RedisConnections} by ioredis. */
export class IoredisConnections extends RedisConnections {
  override readonly commands: Redis;
  private readonly logger = new Logger('Redis');
  private readonly opened = new Set<Redis>();
  private isAway = false;
  private isClosed = false;

  /**
   * @param url - `redis://user:password@host:port/database`, or `rediss:` for TLS
   * @param prefix - what all keys and channels of this installation begin with
   */
  constructor(
    private readonly url: string,
    private readonly prefix: string,
  ) {
    super();
    this.commands = this.open('commands');
  }

  override open(use: RedisUse): Redis {
    const redis = new Redis(this.url, {
      ...USES[use],
      connectionName: this.key(use),
      connectTimeout: CONNECT_TIMEOUT_MS,
      keepAlive: KEEP_ALIVE_MS,
      disconnectTimeout: DISCONNECT_TIMEOUT_MS,
      retryStrategy: (attempt) => (this.isClosed ? null : pauseAfter(attempt)),
    });
    this.opened.add(redis);
    redis.on('error', (error: Error) => this.miss(error)); // unheard, it would end the process
    redis.on('close', () => this.miss(new Error('the connection was lost')));
    redis.on('ready', () => this.welcome());
    redis.on('end', () => this.opened.delete(redis));
    return redis;
  }

  override key(...parts: readonly string[]): string {
    return [this.prefix, ...parts].join(':');
  }

  override async ping(): Promise<void> {
    await this.commands.ping();
  }

  override close(): void {
    this.isClosed = true;
    for (const redis of this.opened) redis.disconnect();
  }

  private miss(error: Error): void {
    if (this.isAway || this.isClosed) return;
    this.isAway = true;
    this.logger.warn(`Redis does not answer: ${messageOf(error)}. The service goes on without it.`);
  }

  private welcome(): void {
    if (!this.isAway) return;
    this.isAway = false;
    this.logger.log('Redis answers again.');
  }
}

/** Instances that lost the same Redis do not all come back at the same moment. */
function pauseAfter(attempt: number): number {
  return Math.min(LONGEST_PAUSE_MS, 50 * 2 ** Math.min(attempt, 10)) * (0.5 + Math.random() / 2);
}

/** Several addresses make an `AggregateError`, which says nothing by itself. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}
