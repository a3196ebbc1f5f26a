import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock/clock';
import { Settings } from '../platform/config/settings';

const DAY_SECONDS = 86_400;

/** How long files and their jobs are kept. */
@Injectable()
export class Retention {
  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /**
   * When a file that comes in now is to be deleted, ms since the Unix epoch: after RETENTION_DAYS, or earlier if
   * its uploader says so. Null for never.
   *
   * @param wantedSeconds - what the uploader asks for
   */
  expiry(wantedSeconds?: number | null): number | null {
    const { RETENTION_DAYS } = this.settings;
    const limit = RETENTION_DAYS === 0 ? Infinity : RETENTION_DAYS * DAY_SECONDS;
    const seconds = Math.min(wantedSeconds ?? Infinity, limit);
    return seconds === Infinity ? null : this.clock.now() + seconds * 1000;
  }
}
