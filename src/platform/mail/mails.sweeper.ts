import { Injectable } from '@nestjs/common';
import { Clock } from '../clock/clock';
import { DAY_MS, HOUR_MS } from '../clock/durations';
import { Sweeper } from '../clock/sweeper';
import { Mailer } from './mailer';
import { MailsRepository } from './mails.repository';
import { OutboxMailer } from './outbox.mailer';

/** What was given up waits for so long, in case an administrator has it tried again. */
const WAITING_MS = 14 * DAY_MS;
const OUTBOX_MS = 7 * DAY_MS;

/** Removes mails that were given up, and what has lain in the outbox for a week. */
@Injectable()
export class MailsSweeper extends Sweeper {
  constructor(
    private readonly mails: MailsRepository,
    private readonly mailer: Mailer,
    clock: Clock,
  ) {
    super(clock, HOUR_MS, true);
  }

  override async sweep(): Promise<void> {
    const now = this.clock.now();
    await this.mails.prune(now - WAITING_MS);
    if (this.mailer instanceof OutboxMailer) await this.mailer.prune(now - OUTBOX_MS);
  }
}
