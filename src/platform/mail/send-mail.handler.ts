import { Injectable, Logger } from '@nestjs/common';
import { HOUR_MS, MINUTE_MS } from '../clock/durations';
import { Database } from '../database/database';
import { BlobStore } from '../storage/blob-store';
import { BlobMissing } from '../storage/storage.errors';
import { scheduledMs } from '../tasks/backoff';
import { TaskHandler, type RunningTask } from '../tasks/task-handler';
import type { MailAttachment, WaitingMail } from './mail';
import { MailRefused } from './mail.errors';
import { SEND_MAIL, type SendMail } from './mail-queue';
import { Mailer, type OutgoingAttachment } from './mailer';
import { MailsRepository } from './mails.repository';

/**
 * A server that greylists wants to be asked again after some minutes, and one that is down may be so over night: two
 * days in all (RFC 5321, section 4.5.4.1, would have four or five, for mails that nobody is waiting for).
 */
const PAUSES_MS = [
  MINUTE_MS / 2,
  2 * MINUTE_MS,
  5 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  4 * HOUR_MS,
  8 * HOUR_MS,
  12 * HOUR_MS,
  24 * HOUR_MS,
];

/** Sends a mail, and forgets it in the transaction that says so. */
@Injectable()
export class SendMailHandler extends TaskHandler<SendMail> {
  override readonly kind = SEND_MAIL;
  override readonly maxAttempts = PAUSES_MS.length + 1;
  private readonly logger = new Logger(SendMailHandler.name);

  constructor(
    private readonly mails: MailsRepository,
    private readonly mailer: Mailer,
    private readonly blobs: BlobStore,
    private readonly database: Database,
  ) {
    super();
  }

  override pauseMs(attempt: number, random: number): number {
    return scheduledMs(PAUSES_MS, attempt, random);
  }

  override async run(task: RunningTask<SendMail>): Promise<void> {
    const { mailId } = task.payload;
    const mail = await this.mails.find(mailId);
    if (!mail) return; // sent, withdrawn, too old, or of an account that is gone
    try {
      await this.send(mail, task.signal);
    } catch (error) {
      if (!(error instanceof MailRefused || error instanceof BlobMissing)) throw error;
      if (!(await this.mails.find(mailId))) return; // withdrawn meanwhile, and its bytes with it
      this.logger.warn(`Mail ${mailId} cannot be sent: ${error.problem.title}`);
      await this.database.transaction((queries) => task.bury(queries, error));
      return;
    }
    await this.database.transaction(async (queries) => {
      await task.complete(queries);
      await this.mails.remove(queries, mailId);
    });
  }

  private async send(mail: WaitingMail, signal: AbortSignal): Promise<void> {
    const attachments: OutgoingAttachment[] = [];
    try {
      for (const attachment of mail.attachments) attachments.push(await this.open(attachment));
      await this.mailer.send({ ...mail, attachments }, signal);
    } finally {
      for (const { content } of attachments) content.destroy();
    }
  }

  private async open({ filename, contentType, blobKey }: MailAttachment): Promise<OutgoingAttachment> {
    return { filename, contentType, content: await this.blobs.read(blobKey) };
  }
}
