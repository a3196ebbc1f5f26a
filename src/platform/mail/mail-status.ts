import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../clock/clock';
import { Mailer, type MailTransport } from './mailer';

/** How long an answer is good for. */
const FRESH_MS = 60_000;

export interface MailState {
  readonly transport: MailTransport;
  /** Whether mail can be handed over: `unknown` until that was found out for the first time. */
  readonly status: 'up' | 'down' | 'unknown';
}

/**
 * Whether mail goes out, for operators. Who asks is told what was found out last, and never waits for a mail server:
 * that is asked in the background, once a minute at most.
 */
@Injectable()
export class MailStatus implements OnApplicationBootstrap {
  private readonly logger = new Logger(MailStatus.name);
  private status: MailState['status'] = 'unknown';
  private askedAt = -Infinity;
  private asking = false;

  constructor(
    private readonly mailer: Mailer,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    void this.ask();
  }

  current(): MailState {
    if (this.clock.now() - this.askedAt >= FRESH_MS) void this.ask();
    return { transport: this.mailer.transport, status: this.status };
  }

  /** Never rejects. */
  private async ask(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    this.askedAt = this.clock.now();
    try {
      await this.mailer.ping();
      this.status = 'up';
    } catch (error) {
      if (this.status !== 'down') this.logger.warn(`Mail waits: ${String(error)}`);
      this.status = 'down';
    } finally {
      this.asking = false;
    }
  }
}
