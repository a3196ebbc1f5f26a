import { constants } from 'node:fs';
import { access, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureDirectory } from '../storage/directory';
import { DirectorySync } from '../storage/directory-sync';
import { translateFileError } from '../storage/storage.errors';
import { toMessage } from './mail-message';
import { Mailer, type OutgoingMail } from './mailer';

/**
 * Keeps mails as files that mail programs open, `<mail id>.eml`, for an installation without a mail server. Names sort
 * by time. A file appears whole, or not at all. What writes them is loaded with the first.
 */
export class OutboxMailer extends Mailer {
  override readonly transport = 'outbox';
  private readonly directorySync = new DirectorySync();

  constructor(
    private readonly directory: string,
    private readonly from: string,
  ) {
    super();
    ensureDirectory(directory);
  }

  override async send(mail: OutgoingMail, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const unfinished = join(this.directory, `.${mail.mailId}.unfinished`);
    try {
      await this.write(unfinished, mail, signal);
      await rename(unfinished, join(this.directory, `${mail.mailId}.eml`));
      await this.directorySync.sync(this.directory);
    } catch (error) {
      await rm(unfinished, { force: true }).catch(() => {});
      signal.throwIfAborted();
      throw translateFileError(error);
    }
  }

  override ping(): Promise<void> {
    return access(this.directory, constants.W_OK);
  }

  /** Removes what lies here since before `time`, in milliseconds since the Unix epoch. */
  async prune(time: number): Promise<void> {
    for (const name of await readdir(this.directory)) {
      const path = join(this.directory, name);
      const status = await stat(path).catch(() => undefined); // somebody may have moved it
      if (status && status.mtimeMs < time) await rm(path, { force: true });
    }
  }

  private async write(path: string, mail: OutgoingMail, signal: AbortSignal): Promise<void> {
    const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
    const file = await open(path, 'w', 0o600);
    try {
      const source = new MailComposer(toMessage(mail, this.from)).compile().createReadStream();
      for await (const chunk of source.iterator()) {
        signal.throwIfAborted();
        await file.write(chunk as Buffer);
      }
      await file.sync();
    } finally {
      await file.close();
    }
  }
}
