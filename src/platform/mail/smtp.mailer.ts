import { createTransport, type SMTPPoolSentMessageInfo, type Transporter } from 'nodemailer';
import type { Clock } from '../clock/clock';
import { MailRefused, MailServerUnavailable } from './mail.errors';
import { toMessage } from './mail-message';
import { Mailer, type OutgoingMail } from './mailer';

/** For one mail, from the connection to the last word of the server. */
const WHOLE_MS = 120_000;

/** Without a sign of life from the server. */
const CONNECT_MS = 10_000;
const IDLE_MS = 30_000;

const CONNECTIONS = 4;

/** What servers answer to a mail, and not to whoever brings it. */
const ABOUT_THE_MAIL = /^(MAIL FROM|RCPT TO|DATA)/;

/** What nodemailer knows of a failure. */
interface SmtpFault extends Error {
  readonly permanent?: boolean;
  readonly command?: string;
}

/** Hands mails to a mail server, over a few connections that are kept for the next ones. */
export class SmtpMailer extends Mailer {
  override readonly transport = 'smtp';
  private readonly transporter: Transporter<SMTPPoolSentMessageInfo>;

  /** @param url - `smtp://` or `smtps://`, with credentials and the options of nodemailer */
  constructor(
    url: string,
    private readonly from: string,
    private readonly clock: Clock,
  ) {
    super();
    this.transporter = createTransport({
      url,
      pool: true,
      maxConnections: CONNECTIONS,
      maxRequeues: 0, // attachments are streams: who tries again has to open them again
      dnsTimeout: CONNECT_MS,
      connectionTimeout: CONNECT_MS,
      greetingTimeout: CONNECT_MS,
      socketTimeout: IDLE_MS,
    });
  }

  override async send(mail: OutgoingMail, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const limit = new AbortController();
    const stop = this.clock.after(WHOLE_MS, () => limit.abort());
    try {
      const limited = AbortSignal.any([signal, limit.signal]);
      await this.transporter.sendMail({ ...toMessage(mail, this.from), signal: limited });
    } catch (error) {
      signal.throwIfAborted();
      throw limit.signal.aborted ? tookTooLong() : translate(error as SmtpFault);
    } finally {
      stop();
    }
  }

  override async ping(): Promise<void> {
    try {
      await this.transporter.verify();
    } catch (error) {
      throw new MailServerUnavailable(error as Error);
    }
  }

  override close(): void {
    this.transporter.close();
  }
}

/** A login that fails is for the operator to mend, and no fault of the mail: it waits. */
function translate(fault: SmtpFault): Error {
  const isRefused = fault.permanent === true && ABOUT_THE_MAIL.test(fault.command ?? '');
  return isRefused ? new MailRefused(fault) : new MailServerUnavailable(fault);
}

function tookTooLong(): Error {
  return new MailServerUnavailable(new Error(`It took longer than ${WHOLE_MS / 1000} seconds.`));
}
