import type { Readable } from 'node:stream';

/** A mail on its way out. */
export interface OutgoingMail {
  /** The same at every try, unlike that of any other mail: a word of `[a-z0-9-]`. */
  readonly mailId: string;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly attachments: readonly OutgoingAttachment[];
}

export interface OutgoingAttachment {
  readonly filename: string;
  readonly contentType: string;
  /** Read once. Whoever opened it destroys it when the try is over. */
  readonly content: Readable;
}

/** Which way mails go: to a server, or into a folder. */
export type MailTransport = 'smtp' | 'outbox';

/**
 * Hands mails over to whoever delivers them.
 *
 * - A mail that {@link send} resolved for is the receiver's responsibility: a server has said so, or it is on disk.
 * - A mail that it rejected for may have been taken nevertheless, when the connection broke in that moment. Every try
 *   has the same Message-ID and Date, by which receivers know it again.
 * - Header values are one line each, whatever they are made of, and there is one recipient.
 * - Nothing is tried again here: that is for the task.
 */
export abstract class Mailer {
  abstract readonly transport: MailTransport;

  /**
   * @throws MailRefused when trying again cannot help · MailServerUnavailable when it may · StorageFull, StorageUnavailable
   * likewise · the reason of `signal`
   */
  abstract send(mail: OutgoingMail, signal: AbortSignal): Promise<void>;

  /** Rejects when no mail could be handed over now. Sends none. */
  abstract ping(): Promise<void>;

  /** Lets go of connections. Nothing is sent afterwards. */
  close(): void {}
}
