import { Injectable } from '@nestjs/common';
import { Clock } from '../clock/clock';
import { HOUR_MS } from '../clock/durations';
import { Sweeper } from '../clock/sweeper';
import { LEASE_MS } from './leases';
import { LeasesRepository } from './leases.repository';

/** Removes the rows of processes that are gone, of names that nobody asked for since. */
@Injectable()
export class LeasesSweeper extends Sweeper {
  constructor(
    private readonly rows: LeasesRepository,
    clock: Clock,
  ) {
    super(clock, HOUR_MS, false);
  }

  override sweep(): Promise<void> {
    return this.rows.prune(this.clock.now() - LEASE_MS);
  }
}
