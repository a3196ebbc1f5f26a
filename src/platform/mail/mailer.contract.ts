import { Readable } from 'node:stream';
import type { Mailer, OutgoingMail } from './mailer';

export interface MailerHarness {
  readonly mailer: Mailer;
  /** Headers and body of what was handed over, in that order. */
  delivered(): Promise<string[]>;
}

export function outgoingMail(changes: Partial<OutgoingMail> = {}): OutgoingMail {
  return {
    mailId: '019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5',
    createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
    to: 'ada@example.org',
    subject: 'Hello',
    text: 'plain words',
    html: '<p>marked words</p>',
    attachments: [],
    ...changes,
  };
}

/** The headers of a mail, unfolded, by name in lower case. */
export function headersOf(raw: string): Map<string, string[]> {
  const [head] = raw.split(/\r?\n\r?\n/, 1);
  const headers = new Map<string, string[]>();
  for (const line of head.replaceAll(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const name = line.slice(0, line.indexOf(':')).toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), line.slice(name.length + 1).trim()]);
  }
  return headers;
}

/** What every driver of {@link Mailer} has to keep. */
export function mailerContract(create: () => Promise<MailerHarness>): void {
  describe('Mailer contract', () => {
    const { signal } = new AbortController();
    let harness: MailerHarness;
    beforeEach(async () => {
      harness = await create();
    });

    const sent = async (changes: Partial<OutgoingMail> = {}) => {
      await harness.mailer.send(outgoingMail(changes), signal);
      const [raw] = await harness.delivered();
      return { raw, headers: headersOf(raw) };
    };

    it('hands over both bodies, to whom and from whom it is', async () => {
      const { raw, headers } = await sent();
      expect(Object.fromEntries(headers)).toMatchObject({
        from: ['Filemill <service@example.org>'],
        to: ['ada@example.org'],
        subject: ['Hello'],
        date: ['Fri, 02 Jan 2026 03:04:05 +0000'],
        'auto-submitted': ['auto-generated'],
        'content-type': [expect.stringMatching(/^multipart\/alternative/)],
      });
      expect(raw).toContain('plain words');
      expect(raw).toContain('<p>marked words</p>');
    });

    it('has the same Message-ID at every try, and none that another mail has', async () => {
      const ids = async (mailId: string) => {
        await harness.mailer.send(outgoingMail({ mailId }), signal);
        const mails = await harness.delivered();
        return mails.map((raw) => headersOf(raw).get('message-id')?.[0]);
      };
      expect(new Set(await ids('one'))).toEqual(new Set(['<one@example.org>']));
      expect(new Set(await ids('one'))).toEqual(new Set(['<one@example.org>']));
      expect(new Set(await ids('two'))).toEqual(new Set(['<one@example.org>', '<two@example.org>']));
    });

    it.each([
      ['subject', { subject: 'Hello\r\nBcc: eve@example.org\nX-Evil: 1\u2028X-More: 2' }],
      ['attachment', { attachments: [attachment('a\r\nX-Evil: 1.txt', 'x')] }],
    ])('lets no line break of a %s make a header', async (_, changes) => {
      const { raw, headers } = await sent(changes);
      for (const name of ['bcc', 'x-evil', 'x-more']) expect(headers.has(name)).toBe(false);
      expect(raw).not.toMatch(/^(bcc|x-evil|x-more):/im);
    });

    it('takes texts of every script', async () => {
      const { headers } = await sent({ subject: 'Grüße 🗂 файл', text: 'Straße', html: '<p>Straße</p>' });
      expect(headers.get('subject')![0]).toMatch(/^=\?UTF-8\?/);
    });

    it('streams attachments along', async () => {
      const { raw } = await sent({ attachments: [attachment('größe.csv', 'a;b', 'text/csv')] });
      expect(raw).toMatch(/Content-Type: text\/csv/);
      expect(raw).toContain(Buffer.from('a;b').toString('base64'));
    });

    it('rejects with the fault of an attachment, and hands over nothing', async () => {
      const content = new Readable({ read: () => content.destroy(new Error('gone')) });
      const broken = outgoingMail({ attachments: [{ filename: 'a', contentType: 'text/plain', content }] });
      await expect(harness.mailer.send(broken, signal)).rejects.toThrow('gone');
      expect(await harness.delivered()).toEqual([]);
    });

    it('stops when it is told to', async () => {
      const reason = new Error('enough');
      await expect(harness.mailer.send(outgoingMail(), AbortSignal.abort(reason))).rejects.toBe(reason);
      expect(await harness.delivered()).toEqual([]);
    });

    it('can be asked whether it works', async () => {
      await harness.mailer.ping();
      expect(await harness.delivered()).toEqual([]);
    });
  });
}

function attachment(filename: string, text: string, contentType = 'text/plain') {
  return { filename, contentType, content: Readable.from([Buffer.from(text)]) };
}
