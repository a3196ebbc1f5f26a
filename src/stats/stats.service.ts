import { Injectable } from '@nestjs/common';
import { OwnerUsage } from '../files/owner-usage';
import { isSettled } from '../jobs/job';
import { JobCounts } from '../jobs/job-counts';
import { MINUTE_MS } from '../platform/clock/durations';
import { Clock } from '../platform/clock/clock';
import type { Owner } from '../platform/http/caller.decorator';
import { FreshValues, type Served } from './fresh-values';
import { toMinutes, toStats, type Minute, type Stats } from './stats';

const TTL_MS = 300_000;

/** The figures of an owner, as they are when they are asked for. */
@Injectable()
export class StatsService {
  constructor(
    private readonly counts: JobCounts,
    private readonly usage: OwnerUsage,
    private readonly values: FreshValues,
    private readonly clock: Clock,
  ) {}

  async get(owner: Owner): Promise<Served<Stats>> {
    const version = await this.counts.version(owner);
    return this.values.get({
      key: `stats ${owner}`,
      version,
      ttlMs: TTL_MS,
      make: async () => {
        const [counts, stored] = await Promise.all([this.counts.all(owner), this.usage.of(owner)]);
        return toStats(counts, stored, this.clock.now());
      },
    });
  }

  /** The last so many minutes, that of now among them. */
  async throughput(owner: Owner, minutes: number): Promise<Minute[]> {
    const now = this.clock.now();
    const [happened, counts] = await Promise.all([
      this.counts.since(owner, now - minutes * MINUTE_MS),
      this.counts.all(owner),
    ]);
    const unfinished = counts.filter(({ status }) => !isSettled(status));
    return toMinutes(
      happened,
      minutes,
      unfinished.reduce((all, { jobs }) => all + jobs, 0),
      now,
    );
  }
}
