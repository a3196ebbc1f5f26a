import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and body, lines ended by CRLF. */
  readonly raw: string;
}

/** What a server says to a step: nothing for yes, a number and a text for no, `hang` for nothing at all. */
export type Verdict = undefined | { readonly code: number; readonly text?: string } | 'hang';

export type Step = 'connect' | 'recipient' | 'data';

/** A mail server that behaves as a test tells it to: for tests. */
export class MailServer {
  readonly mails: ReceivedMail[] = [];
  /** How often it was asked at each step. */
  readonly asked: Record<Step, number> = { connect: 0, recipient: 0, data: 0 };
  private judge: (step: Step) => Verdict = () => undefined;
  private readonly server: SMTPServer;

  constructor(options: SMTPServerOptions = { authOptional: true }) {
    this.server = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      closeTimeout: 1,
      logger: false,
      onConnect: (_, callback) => this.answer('connect', callback),
      onRcptTo: (_address, _session, callback) => this.answer('recipient', callback),
      onData: (stream, { envelope }, callback) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.once('end', () => {
          const raw = Buffer.concat(chunks).toString();
          const from = envelope.mailFrom ? envelope.mailFrom.address : '';
          const to = envelope.rcptTo.map(({ address }) => address);
          this.answer('data', (error) => {
            if (!error) this.mails.push({ from, to, raw });
            callback(error);
          });
        });
      },
      ...options,
    });
    this.server.on('error', () => {}); // of connections that broke
  }

  async listen(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server.server, 'listening');
    return this;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }

  judges(judge: (step: Step) => Verdict): void {
    this.judge = judge;
  }

  async close(): Promise<void> {
    for (const connection of this.server.connections) connection.close();
    await new Promise<void>((resolve) => this.server.close(resolve));
  }

  private answer(step: Step, callback: (error?: Error | null) => void): void {
    this.asked[step]++;
    const verdict = this.judge(step);
    if (verdict === undefined) callback();
    else if (verdict !== 'hang')
      callback(Object.assign(new Error(verdict.text ?? 'No.'), { responseCode: verdict.code }));
  }
}
