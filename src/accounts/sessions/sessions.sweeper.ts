import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock';
import { HOUR_MS } from '../../platform/clock/durations';
import { Sweeper } from '../../platform/clock/sweeper';
import { SessionsRepository } from './sessions.repository';
import { SESSION_MS } from './sessions.service';

/** Forgets sessions that have ended, and refresh tokens that were used too long ago to matter. */
@Injectable()
export class SessionsSweeper extends Sweeper {
  constructor(
    private readonly sessions: SessionsRepository,
    clock: Clock,
  ) {
    super(clock, HOUR_MS, false);
  }

  override sweep(): Promise<void> {
    const now = this.clock.now();
    return this.sessions.prune(now, now - SESSION_MS);
  }
}
