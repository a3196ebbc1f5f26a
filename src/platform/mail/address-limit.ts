import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../clock/clock';
import { HOUR_MS } from '../clock/durations';
import { Settings } from '../config/settings';
import { InMemoryRateLimitStorage } from '../rate-limits/in-memory.rate-limit.storage';

/**
 * How many mails an address gets in an hour because somebody named it, whoever does: whoever uploads or asks for a
 * report may name any address, so that nobody's mailbox is to be filled from here. Counted in this process, and no
 * promise.
 */
@Injectable()
export class AddressLimit implements OnApplicationShutdown {
  private readonly logger = new Logger(AddressLimit.name);
  private readonly counts: InMemoryRateLimitStorage;

  constructor(
    private readonly settings: Settings,
    clock: Clock,
  ) {
    this.counts = new InMemoryRateLimitStorage(clock);
  }

  /** Counts one more mail to an address, unless there were enough. */
  async allows(address: string): Promise<boolean> {
    const { JOB_MAILS_PER_HOUR: limit } = this.settings;
    if (limit === 0) return true;
    const { isBlocked } = await this.counts.increment(address.toLowerCase(), HOUR_MS, limit, 0, 'job-mails');
    if (isBlocked) this.logger.warn('A mail is not sent: its address got enough for this hour');
    return !isBlocked;
  }

  onApplicationShutdown(): void {
    this.counts.onApplicationShutdown();
  }
}
