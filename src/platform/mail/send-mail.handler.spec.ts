import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HOUR_MS } from '../clock/durations';
import { ManualClock } from '../clock/manual.clock';
import { SqliteDatabase } from '../database/sqlite.database';
import { LocalBlobStore } from '../storage/local.blob-store';
import { mailMigrations, MailsRepository } from './mails.repository';
import { MailsSweeper } from './mails.sweeper';
import { OutboxMailer } from './outbox.mailer';
import { SendMailHandler } from './send-mail.handler';

describe('a mail that is not taken', () => {
  const directory = mkdtempSync(join(tmpdir(), 'filemill-mail-'));
  const mailer = new OutboxMailer(join(directory, 'outbox'), '');
  let database: SqliteDatabase;
  let mails: MailsRepository;
  beforeAll(async () => {
    database = await SqliteDatabase.open(directory, mailMigrations);
    mails = new MailsRepository(database);
  });
  afterAll(async () => {
    await database.close();
    rmSync(directory, { recursive: true });
  });

  it('is tried again soon, then for two days', () => {
    const handler = new SendMailHandler(
      mails,
      mailer,
      new LocalBlobStore(join(directory, 'files')),
      database,
    );
    const pauses = Array.from({ length: handler.maxAttempts - 1 }, (_, index) =>
      handler.pauseMs(index + 1, 0.5),
    );
    expect(pauses[0]).toBe(30_000);
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    expect(pauses.reduce((sum, pause) => sum + pause) / HOUR_MS).toBeCloseTo(52, 0);
    expect([handler.pauseMs(1, 0), handler.pauseMs(1, 0.999)]).toEqual([27_000, 32_994]);
  });

  it('is forgotten two weeks later', async () => {
    const clock = new ManualClock();
    const mail = { owner: 'ann', to: 'ann@example.org', subject: '', text: '', html: '', attachments: [] };
    await database.transaction((queries) =>
      mails.insert(queries, { ...mail, mailId: 'one', createdAt: clock.now() }),
    );
    const sweeper = new MailsSweeper(mails, mailer, clock);
    clock.advance(14 * 24 * HOUR_MS);
    await sweeper.sweep();
    expect(await mails.find('one')).toMatchObject({ to: 'ann@example.org' });
    clock.advance(1);
    await sweeper.sweep();
    expect(await mails.find('one')).toBeUndefined();
  });
});
