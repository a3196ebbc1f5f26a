import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock';
import { HOUR_MS } from '../../platform/clock/durations';
import { Sweeper } from '../../platform/clock/sweeper';
import { DeliveriesRepository } from './deliveries.repository';

const KEPT_MS = 30 * 24 * HOUR_MS;

/** Forgets deliveries that ended, a month after what they told of. */
@Injectable()
export class DeliveriesSweeper extends Sweeper {
  constructor(
    private readonly deliveries: DeliveriesRepository,
    clock: Clock,
  ) {
    super(clock, HOUR_MS, true);
  }

  override sweep(): Promise<void> {
    return this.deliveries.prune(this.clock.now() - KEPT_MS);
  }
}
