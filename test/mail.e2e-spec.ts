import { MINUTE_MS } from '@app/platform/clock/durations';
import { ManualClock } from '@app/platform/clock/manual.clock';
import { Database } from '@app/platform/database/database';
import { MailServer, type Verdict } from '../src/platform/mail/mail-server.harness';
import { headersOf } from '../src/platform/mail/mailer.contract';
import { MailQueue } from '@app/platform/mail/mail-queue';
import { BlobStore } from '@app/platform/storage/blob-store';
import { TaskQueue } from '@app/platform/tasks/task-queue';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newUser, PASSWORD, register } from './support/accounts';
import { startApp, type TestApp, type TestAppOptions } from './support/app';
import { Client, waitFor } from './support/client';

let server: MailServer;
let clock: ManualClock;
let service: TestApp;
beforeEach(async () => {
  server = await new MailServer().listen();
  clock = new ManualClock();
});
afterEach(async () => {
  server.judges(() => undefined);
  await service.close();
  await server.close();
});

const start = async (options: TestAppOptions = {}) => {
  const environment = { SMTP_URL: server.url, MAIL_FROM: 'Filemill <service@example.org>' };
  service = await startApp({ clock, ...options, environment: { ...environment, ...options.environment } });
};
const waiting = async () => {
  const query = service.app.get(Database).committed.selectFrom('mails');
  const { count } = await query
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
};
const counts = () => service.app.get(TaskQueue).counts();
/** Until nobody has a task: whatever failed waits for its time. */
const nothingRuns = async () => {
  const query = service.app.get(Database).committed.selectFrom('tasks').select(['lease', 'due_at']);
  await waitFor(
    () => query.execute(),
    (tasks) => tasks.every(({ lease, due_at }) => lease === null && due_at !== null && due_at > clock.now()),
  );
};
const received = (count = 1) =>
  waitFor(
    () => server.mails,
    ({ length }) => length === count,
  );

async function send(changes: object = {}): Promise<void> {
  const mail = { owner: 'anonymous', to: 'ada@example.org', subject: 'Hello', text: 'a', html: '<p>a</p>' };
  await service.app
    .get(Database)
    .transaction((queries) => service.app.get(MailQueue).enqueue(queries, { ...mail, ...changes }));
  service.app.get(TaskQueue).nudge();
}

describe('a welcome', () => {
  it('goes to the address of a new account, and is forgotten when it is sent', async () => {
    await start();
    await register(service.url, 'ada');
    const [{ from, to, raw }] = await received();
    expect([from, to]).toEqual(['service@example.org', ['ada@example.org']]);
    expect(headersOf(raw).get('subject')).toEqual(['Welcome to Filemill']);
    expect(raw).toContain('Welcome, ada');
    await waitFor(waiting, (count) => count === 0);
    expect(await waitFor(counts, ({ running }) => running === 0)).toMatchObject({ queued: 0, dead: 0 });
  });

  it('holds up no answer while the server hangs', async () => {
    await start();
    server.judges(() => 'hang');
    await newUser(service.url, 'ada'); // and logs in
    await waitFor(() => server.asked.connect === 2); // by the mail, and by the look at the server at the start
    expect(await waiting()).toBe(1);
    clock.advance(2 * MINUTE_MS);
    server.judges(() => undefined);
    await nothingRuns();
    clock.advance(MINUTE_MS);
    await received();
  });

  it('goes with the account', async () => {
    await start();
    server.judges((step) => (step === 'recipient' ? { code: 450 } : undefined));
    const user = await newUser(service.url, 'ada');
    await waitFor(() => server.asked.recipient === 1);
    await nothingRuns();
    expect((await user.sendJson('/users/me', { password: PASSWORD }, 'DELETE')).status).toBe(204);
    await waitFor(waiting, (count) => count === 0);
    server.judges(() => undefined);
    clock.advance(MINUTE_MS);
    await waitFor(counts, ({ queued, running }) => queued === 1 && running === 0); // the second look at the account
    expect(server.mails).toEqual([]);
  });
});

describe('a mail', () => {
  it('comes to a server that greylists, as the same mail', async () => {
    await start();
    const verdicts: Verdict[] = [{ code: 451, text: 'Greylisted' }, { code: 451 }];
    server.judges((step) => (step === 'data' ? verdicts.shift() : undefined));
    await send();
    for (let tries = 1; tries < 3; tries++) {
      await waitFor(() => server.asked.data === tries);
      await nothingRuns();
      clock.advance(3 * MINUTE_MS);
    }
    const [{ raw }] = await received();
    expect(headersOf(raw).get('date')).toEqual(['Thu, 01 Jan 2026 00:00:00 +0000']);
  });

  it('that is refused is a dead letter at once, which can be sent again', async () => {
    await start();
    server.judges((step) => (step === 'recipient' ? { code: 550, text: 'No such user' } : undefined));
    await send();
    await waitFor(counts, ({ dead }) => dead === 1);
    expect([server.asked.recipient, await waiting()]).toEqual([1, 1]);
    const tasks = service.app.get(TaskQueue);
    const [letter] = await tasks.deadLetters(1);
    expect(letter).toMatchObject({ kind: 'send-mail', error: expect.stringContaining('No such user') });
    server.judges(() => undefined);
    clock.advance(1);
    await service.app.get(Database).transaction((queries) => tasks.revive(queries, letter.id));
    tasks.nudge();
    await received();
    expect(await waitFor(waiting, (count) => count === 0)).toBe(0);
  });

  it('brings what is stored along, and waits for no bytes that are gone', async () => {
    await start();
    const blobs = service.app.get(BlobStore);
    await blobs.put('reports/one', chunks(Buffer.alloc(300_000, 'x')));
    const attachment = { filename: 'report.csv', contentType: 'text/csv', blobKey: 'reports/one' };
    await send({ attachments: [attachment] });
    const [{ raw }] = await received();
    expect(raw.length).toBeGreaterThan(400_000);
    expect(raw).toContain('filename=report.csv');
    await send({ attachments: [{ ...attachment, blobKey: 'reports/two' }] });
    await waitFor(counts, ({ dead }) => dead === 1);
    expect(server.mails).toHaveLength(1);
  });

  it('never goes to several addresses', async () => {
    await start();
    await expect(send({ to: 'ada@example.org, eve@example.org' })).rejects.toThrow('no address');
    await expect(send({ to: 'ada@example.org\r\nBcc: eve@example.org' })).rejects.toThrow('no address');
    expect(await waiting()).toBe(0);
  });
});

describe('without a mail server', () => {
  it('is written into the outbox whole, and the service says so', async () => {
    await start({ environment: { SMTP_URL: '' } });
    await register(service.url, 'ada');
    const outbox = join(service.dataDir, 'outbox');
    const [name] = await waitFor(
      () => readdirSync(outbox).filter((entry) => entry.endsWith('.eml')),
      ({ length }) => length === 1,
    );
    expect(readFileSync(join(outbox, name), 'utf8')).toContain('Welcome, ada');
    await waitFor(waiting, (count) => count === 0);
    expect(await checks()).toMatchObject({ mail: { transport: 'outbox', status: 'up' } });
  });

  it('is sent after all when there is one at the next start', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'filemill-mail-'));
    server.judges(() => ({ code: 421 }));
    await start({ dataDir });
    await send();
    await waitFor(() => server.asked.connect >= 1);
    await nothingRuns();
    await service.close();
    server.judges(() => undefined);
    clock.advance(MINUTE_MS);
    await start({ dataDir });
    await received();
    rmSync(dataDir, { recursive: true });
  });
});

describe('/readyz', () => {
  it('tells that the mail server is away, and is ready nevertheless', async () => {
    await start();
    const mail = (status: string) => ({ transport: 'smtp', status });
    await waitFor(checks, (found) => JSON.stringify(found.mail) === JSON.stringify(mail('up')));
    server.judges(() => ({ code: 421 }));
    clock.advance(MINUTE_MS);
    await waitFor(checks, (found) => JSON.stringify(found.mail) === JSON.stringify(mail('down')));
    server.judges(() => undefined);
    clock.advance(MINUTE_MS);
    await waitFor(checks, (found) => JSON.stringify(found.mail) === JSON.stringify(mail('up')));
  });
});

async function checks(): Promise<Record<string, object>> {
  const answer = (await new Client(service.url).send('/readyz')).ok();
  return answer.json<{ checks: Record<string, object> }>().checks;
}

async function* chunks(...buffers: Buffer[]): AsyncGenerator<Buffer> {
  yield* buffers;
}
