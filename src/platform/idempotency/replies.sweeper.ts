import { Injectable } from '@nestjs/common';
import { Clock } from '../clock/clock';
import { HOUR_MS } from '../clock/durations';
import { Sweeper } from '../clock/sweeper';
import { KEPT_MS } from './idempotency.interceptor';
import { IdempotencyRepository } from './idempotency.repository';

/** Forgets replies that are too old to be given again. */
@Injectable()
export class RepliesSweeper extends Sweeper {
  constructor(
    private readonly replies: IdempotencyRepository,
    clock: Clock,
  ) {
    super(clock, HOUR_MS, false);
  }

  override sweep(): Promise<void> {
    return this.replies.prune(this.clock.now() - KEPT_MS);
  }
}
