import { Cache, CACHE_MANAGER } from '@nestjs/cache-manager';
import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock/clock';

interface Entry<T> {
  readonly value: T;
  readonly version: string;
  /** Milliseconds since the Unix epoch. */
  readonly until: number;
}

/** How an answer came about, in the words of RFC 9211. */
export interface Served<T> {
  readonly value: T;
  /** Parameters of `Cache-Status`. */
  readonly status: string;
}

interface Wanted<T> {
  readonly key: string;
  /** Of what the value is made from, read before it. */
  readonly version: string;
  readonly ttlMs: number;
  readonly make: () => Promise<T>;
}

/**
 * Values that are dear to make, each kept for a while with the version of what it was made from. Who asks brings
 * the version of now, so that a value is never given out after a change, however the reading of an older one and the
 * change met, and whoever made the change. Who asks for what is being made waits for it.
 */
@Injectable()
export class FreshValues {
  private readonly underWay = new Map<string, Promise<unknown>>();

  constructor(
    @Inject(CACHE_MANAGER) private readonly cache: Cache,
    private readonly clock: Clock,
  ) {}

  async get<T>(wanted: Wanted<T>): Promise<Served<T>> {
    const { key, version } = wanted;
    const entry = await this.cache.get<Entry<T>>(key);
    const leftMs = (entry?.until ?? 0) - this.clock.now();
    if (entry?.version === version && leftMs > 0)
      return { value: entry.value, status: `hit; ttl=${Math.ceil(leftMs / 1000)}` };
    const miss = entry ? 'fwd=stale' : 'fwd=uri-miss';
    const id = `${key} ${version}`;
    const others = this.underWay.get(id) as Promise<T> | undefined;
    if (others) return { value: await others, status: `${miss}; collapsed` };
    const own = this.make(wanted);
    this.underWay.set(id, own);
    try {
      return { value: await own, status: `${miss}; stored` };
    } finally {
      this.underWay.delete(id);
    }
  }

  private async make<T>({ key, version, ttlMs, make }: Wanted<T>): Promise<T> {
    const until = this.clock.now() + ttlMs;
    const value = await make();
    await this.cache.set(key, { value, version, until }, ttlMs);
    return value;
  }
}
