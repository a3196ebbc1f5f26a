import { Injectable } from '@nestjs/common';
import { Clock, OwnedData, type Owner } from 'filemill/plugin-api';

const RECENT = 20;
const MAX_OWNERS = 10_000;

export interface TrackedRequest {
  readonly requestId: string;
  /** Milliseconds since the Unix epoch. */
  readonly finishedAt: number;
  readonly elapsedMs: number;
}

export interface RequestStats {
  active: number;
  processed: number;
  /** The newest last. */
  readonly recent: TrackedRequest[];
}

/** How many requests of each owner run, and which did last. In memory: it begins anew with the process. */
@Injectable()
export class RequestTracker extends OwnedData {
  private readonly stats = new Map<Owner, RequestStats>();

  constructor(private readonly clock: Clock) {
    super();
  }

  statsOf(owner: Owner): Readonly<RequestStats> {
    return this.stats.get(owner) ?? { active: 0, processed: 0, recent: [] };
  }

  /** Counts a request while `work` runs. */
  async track(owner: Owner, requestId: string, work: () => Promise<void>): Promise<TrackedRequest> {
    const stats = this.enter(owner);
    const startedAt = performance.now();
    try {
      await work();
    } finally {
      stats.active--;
    }
    const elapsedMs = Math.round(performance.now() - startedAt);
    const request = { requestId, finishedAt: this.clock.now(), elapsedMs };
    stats.processed++;
    stats.recent.push(request);
    if (stats.recent.length > RECENT) stats.recent.shift();
    return request;
  }

  override deleteOwned(owner: Owner): Promise<void> {
    this.stats.delete(owner);
    return Promise.resolve();
  }

  /** The owner who was seen last moves to the end, so that the first is whom to forget. */
  private enter(owner: Owner): RequestStats {
    const stats = this.stats.get(owner) ?? { active: 0, processed: 0, recent: [] };
    stats.active++;
    this.stats.delete(owner);
    this.stats.set(owner, stats);
    const [oldest] = this.stats.keys();
    if (this.stats.size > MAX_OWNERS) this.stats.delete(oldest);
    return stats;
  }
}
