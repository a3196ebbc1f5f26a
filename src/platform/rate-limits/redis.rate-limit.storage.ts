import { Logger } from '@nestjs/common';
import type { Clock } from '../clock/clock';
import type { RedisConnections } from '../redis/redis.connections';
import { RateLimitStorage, type Standing } from './rate-limit.storage';

/** For how long Redis is not asked after it did not answer: no request is to wait for that. */
const PAUSE_MS = 1_000;

/** One use of a window: what is used up, the milliseconds left, and whether there was no room. */
const USE = `
local ttl, limit, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
local left = redis.call('PTTL', KEYS[1])
local blocked = (cost == 0 and used >= limit) or (cost > 0 and used + cost > limit)
if left < 0 then left = ttl end
if cost ~= 0 and not blocked then
  used = math.max(0, used + cost)
  redis.call('SET', KEYS[1], string.format('%.0f', used), 'PX', left)
end
return { string.format('%.0f', used), left, blocked and 1 or 0 }
`;

/**
 * Counts in Redis, for all instances together. While Redis does not answer, each instance goes by what it counts itself:
 * callers may then do up to as many times as much as there are instances, and none is refused for want of Redis.
 */
export class RedisRateLimitStorage extends RateLimitStorage {
  private readonly logger = new Logger(RedisRateLimitStorage.name);
  private askAgainAt = -Infinity;
  private isAlone = false;

  /** @param own - what counts while Redis does not answer */
  constructor(
    private readonly redis: RedisConnections,
    private readonly own: RateLimitStorage,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async increment(
    key: string,
    ttl: number,
    limit: number,
    blockDuration: number,
    throttlerName: string,
    cost = 1,
  ): Promise<Standing> {
    if (this.clock.now() >= this.askAgainAt) {
      try {
        const standing = await this.use(key, ttl, limit, cost);
        this.isAlone = false;
        return standing;
      } catch (error) {
        this.goAlone(error);
      }
    }
    return this.own.increment(key, ttl, limit, blockDuration, throttlerName, cost);
  }

  private async use(key: string, ttl: number, limit: number, cost: number): Promise<Standing> {
    const name = this.redis.key('limits', key);
    const reply = await this.redis.commands.eval(USE, 1, name, Math.ceil(ttl), limit, cost);
    const [used, leftMs, blocked] = reply as [string, number, 0 | 1];
    const timeToExpire = Math.ceil(leftMs / 1000);
    const isBlocked = blocked === 1;
    return {
      totalHits: Number(used),
      timeToExpire,
      isBlocked,
      timeToBlockExpire: isBlocked ? timeToExpire : 0,
    };
  }

  private goAlone(error: unknown): void {
    this.askAgainAt = this.clock.now() + PAUSE_MS;
    if (this.isAlone) return;
    this.isAlone = true;
    this.logger.warn(`Rate limits are counted by each instance alone: ${String(error)}`);
  }
}
