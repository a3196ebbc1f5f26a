import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { headersOf, mailerContract, outgoingMail } from './mailer.contract';
import { OutboxMailer } from './outbox.mailer';

const directories: string[] = [];
afterAll(() => directories.forEach((directory) => rmSync(directory, { recursive: true })));

function create() {
  const directory = mkdtempSync(join(tmpdir(), 'filemill-outbox-'));
  directories.push(directory);
  return { directory, mailer: new OutboxMailer(directory, 'Filemill <service@example.org>') };
}

mailerContract(async () => {
  const { directory, mailer } = create();
  const read = (name: string) => readFileSync(join(directory, name), 'utf8');
  return { mailer, delivered: async () => readdirSync(directory).toSorted().map(read) };
});

describe('OutboxMailer', () => {
  const { signal } = new AbortController();

  it('keeps one file of a mail, however often it is sent', async () => {
    const { directory, mailer } = create();
    for (let times = 0; times < 3; times++) await mailer.send(outgoingMail({ mailId: 'one' }), signal);
    expect(readdirSync(directory)).toEqual(['one.eml']);
  });

  it('writes to one address, whatever it looks like', async () => {
    const { directory, mailer } = create();
    await mailer.send(outgoingMail({ to: '"eve@example.org, ada"@example.org' }), signal);
    const [name] = readdirSync(directory);
    const to = headersOf(readFileSync(join(directory, name), 'utf8')).get('to');
    expect(to).toEqual(['<"eve@example.org, ada"@example.org>']);
  });

  it('removes what is old', async () => {
    const { directory, mailer } = create();
    for (const mailId of ['old', 'new']) await mailer.send(outgoingMail({ mailId }), signal);
    utimesSync(join(directory, 'old.eml'), 1_000, 1_000);
    await mailer.prune(1_001_000);
    expect(readdirSync(directory)).toEqual(['new.eml']);
  });
});
