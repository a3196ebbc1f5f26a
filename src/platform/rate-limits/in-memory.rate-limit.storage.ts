import type { Cancel, Clock } from '../clock/clock';
import { RateLimitStorage, type Standing } from './rate-limit.storage';

const SWEEP_MS = 60_000;
/** Some 30 MB. Beyond it the oldest windows are forgotten, so that many addresses cannot fill the memory. */
const MAX_WINDOWS = 100_000;

interface Window {
  used: number;
  readonly endsAt: number;
}

/** Counts in this process. */
export class InMemoryRateLimitStorage extends RateLimitStorage {
  /** In the order in which they began. */
  private readonly windows = new Map<string, Window>();
  private readonly stop: Cancel;

  constructor(
    private readonly clock: Clock,
    private readonly maxWindows = MAX_WINDOWS,
  ) {
    super();
    this.stop = clock.every(SWEEP_MS, () => this.sweep());
  }

  override increment(
    key: string,
    ttl: number,
    limit: number,
    _blockDuration: number,
    _throttlerName: string,
    cost = 1,
  ): Promise<Standing> {
    const window = this.windowOf(key, ttl);
    const isBlocked = cost === 0 ? window.used >= limit : cost > 0 && window.used + cost > limit;
    if (!isBlocked) window.used = Math.max(0, window.used + cost);
    const timeToExpire = Math.ceil((window.endsAt - this.clock.now()) / 1000);
    const timeToBlockExpire = isBlocked ? timeToExpire : 0;
    return Promise.resolve({ totalHits: window.used, timeToExpire, isBlocked, timeToBlockExpire });
  }

  /** Windows that are remembered. */
  get size(): number {
    return this.windows.size;
  }

  onApplicationShutdown(): void {
    this.stop();
  }

  private windowOf(key: string, ttl: number): Window {
    const now = this.clock.now();
    const known = this.windows.get(key);
    if (known && known.endsAt > now) return known;
    this.windows.delete(key);
    if (this.windows.size >= this.maxWindows) this.windows.delete(this.windows.keys().next().value!);
    const window = { used: 0, endsAt: now + ttl };
    this.windows.set(key, window);
    return window;
  }

  private sweep(): void {
    const now = this.clock.now();
    for (const [key, { endsAt }] of this.windows) if (endsAt <= now) this.windows.delete(key);
  }
}
