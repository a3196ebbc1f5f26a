import { Injectable } from '@nestjs/common';
import { isEmail } from 'class-validator';
import { Clock } from '../clock/clock';
import { Ids } from '../clock/ids';
import type { Queries } from '../database/database';
import { TaskQueue } from '../tasks/task-queue';
import type { Mail } from './mail';
import { MailsRepository } from './mails.repository';

/** Sends a mail; the payload is a {@link SendMail}. */
export const SEND_MAIL = 'send-mail';

export interface SendMail {
  readonly mailId: string;
}

/** Where features hand in what somebody is to be told. */
@Injectable()
export class MailQueue {
  constructor(
    private readonly mails: MailsRepository,
    private readonly tasks: TaskQueue,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /**
   * Adds a mail, and the task that sends it, in the caller's transaction: from its commit on the mail is sent, at least
   * once, whatever happens. Nudge the tasks after the commit. Resolves with the id of the mail.
   *
   * @param owner - who is the cause of it: however many somebody causes, those of others need not wait for them all
   * @throws Error when `to` is no single address: the doors check what callers send
   */
  async enqueue(queries: Queries, mail: Mail, owner?: string): Promise<string> {
    if (!isEmail(mail.to)) throw new Error('A mail has no address to go to.');
    const mailId = this.ids.next();
    await this.mails.insert(queries, {
      ...mail,
      mailId,
      attachments: mail.attachments ?? [],
      createdAt: this.clock.now(),
    });
    const payload: SendMail = { mailId };
    await this.tasks.enqueue(queries, { kind: SEND_MAIL, owner, payload });
    return mailId;
  }

  /** Does not send a mail, unless it is under way or was sent, in the caller's transaction. */
  withdraw(queries: Queries, mailId: string): Promise<void> {
    return this.mails.remove(queries, mailId);
  }
}
