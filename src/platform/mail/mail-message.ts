import type { SendMailOptions } from 'nodemailer';
import type { OutgoingMail } from './mailer';

/** Who sends when nobody said: good for an outbox, and for no server. */
const NOBODY = 'Filemill <filemill@localhost>';

/**
 * A mail as nodemailer takes it. What comes from outside stands where it can be nothing but what it is: the address as
 * an object, so that it is never read as a list, and the subject on one line.
 *
 * @param from - MAIL_FROM: an address, or `Name <address>`; empty for nobody
 */
export function toMessage(mail: OutgoingMail, from: string): SendMailOptions {
  const sender = from || NOBODY;
  return {
    from: sender,
    to: { name: '', address: mail.to },
    subject: oneLine(mail.subject),
    text: mail.text,
    html: mail.html,
    date: new Date(mail.createdAt),
    messageId: `<${mail.mailId}@${domainOf(sender)}>`,
    // Out-of-office replies to a machine help nobody (RFC 3834, section 5).
    headers: { 'Auto-Submitted': 'auto-generated' },
    attachments: mail.attachments.map(({ filename, contentType, content }) => ({
      filename: oneLine(filename),
      contentType,
      content,
    })),
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}

function domainOf(sender: string): string {
  return /@([^@>\s]+)>?\s*$/.exec(sender)?.[1] ?? 'localhost';
}
