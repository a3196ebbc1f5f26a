import type { Owner } from '../http/caller.decorator';

/** A file that goes with a mail. Its blob has to be there until the mail is sent. */
export interface MailAttachment {
  readonly filename: string;
  readonly contentType: string;
  readonly blobKey: string;
}

/** What somebody is to be told. Texts come whole: nothing is rendered when it is sent. */
export interface Mail {
  /** On whose account it is sent: it goes with that account if it is not sent by then. */
  readonly owner: Owner;
  /** One address, and nothing but an address. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly attachments?: readonly MailAttachment[];
}

/** A mail that is to be sent, for as long as it takes. */
export interface WaitingMail extends Mail {
  readonly mailId: string;
  readonly attachments: readonly MailAttachment[];
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
}
