import type { ThrottlerStorage } from '@nestjs/throttler';

/** How a caller stands with one limit. */
export interface Standing {
  /** Used up in the window. */
  readonly totalHits: number;
  /** Seconds until the window ends. */
  readonly timeToExpire: number;
  /** Whether there was no room for the cost. */
  readonly isBlocked: boolean;
  /** Seconds until there is room again; 0 when there is. */
  readonly timeToBlockExpire: number;
}

/**
 * Counts what callers use up, a window of time for each key that begins with its first use.
 *
 * - Counting is atomic: of requests that come at once no more than the limit find room.
 * - What finds no room is not counted.
 * - Counts may be lost, with a restart or for want of memory: a limit is no promise.
 */
export abstract class RateLimitStorage implements ThrottlerStorage {
  /**
   * @param ttl - length of the window in milliseconds
   * @param blockDuration - not used: what is blocked stays so until the window ends
   * @param cost - what it uses up; 0 asks whether anything is left, less than 0 gives back
   */
  abstract increment(
    key: string,
    ttl: number,
    limit: number,
    blockDuration: number,
    throttlerName: string,
    cost?: number,
  ): Promise<Standing>;
}
