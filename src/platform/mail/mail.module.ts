import { Global, Module, type OnApplicationShutdown } from '@nestjs/common';
import { join } from 'node:path';
import { Clock } from '../clock/clock';
import { Settings } from '../config/settings';
import { AddressLimit } from './address-limit';
import { MailQueue } from './mail-queue';
import { MailStatus } from './mail-status';
import { Mailer } from './mailer';
import { MailsRepository } from './mails.repository';
import { MailsSweeper } from './mails.sweeper';
import { OutboxMailer } from './outbox.mailer';
import { SendMailHandler } from './send-mail.handler';

/** Gives everyone the {@link MailQueue}, and sends what is in it. */
@Global()
@Module({
  providers: [
    AddressLimit,
    MailQueue,
    MailStatus,
    MailsRepository,
    MailsSweeper,
    SendMailHandler,
    {
      provide: Mailer,
      inject: [Settings, Clock],
      useFactory: openMailer,
    },
  ],
  exports: [AddressLimit, MailQueue, MailStatus],
})
export class MailModule implements OnApplicationShutdown {
  constructor(private readonly mailer: Mailer) {}

  /** The tasks have been drained by then. */
  onApplicationShutdown(): void {
    this.mailer.close();
  }
}

/** The client of mail servers is loaded only where it is used. */
async function openMailer({ SMTP_URL, MAIL_FROM, DATA_DIR }: Settings, clock: Clock): Promise<Mailer> {
  if (SMTP_URL === '') return new OutboxMailer(join(DATA_DIR, 'outbox'), MAIL_FROM);
  const { SmtpMailer } = await import('./smtp.mailer.js');
  return new SmtpMailer(SMTP_URL, MAIL_FROM, clock);
}
