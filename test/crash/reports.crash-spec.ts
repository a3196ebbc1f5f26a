import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MailServer } from '../../src/platform/mail/mail-server.harness';
import { headersOf } from '../../src/platform/mail/mailer.contract';
import { ChildServer } from '../support/child-server';
import { Client } from '../support/client';
import { eventually } from '../support/eventually';
import { RECOVERY } from './durability';
import { readStored } from './stored';

const HOOK = join(__dirname, 'hooks', 'crash-at.js');
const KILLED = { code: null, signal: 'SIGKILL' };
const WISH = { recipient_email: 'ada@example.org', report_name: 'November', format: 'csv' };

describe('a report, its mail and the end of its task', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'filemill-crash-'));
  });
  afterEach(async () => {
    await ChildServer.killAll();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const start = (environment: Record<string, string> = {}) =>
    ChildServer.start({ dataDir, hooks: [HOOK], environment: { ...RECOVERY, ...environment } });
  /** One that lets blobs be until their transaction had time to come. */
  const startPatient = (environment: Record<string, string> = {}) =>
    start({ SWEEP_GRACE_SECONDS: '600', ...environment });

  async function request({ url }: ChildServer): Promise<void> {
    await new Client(url).sendJson('/reports', WISH).catch(() => {}); // who may die first
  }

  async function expectOneReport(): Promise<string> {
    const server = await start();
    await eventually('what nobody owns is swept', () => readStored(dataDir).blobs.size === 1);
    const { reports, blobs } = readStored(dataDir);
    expect(reports).toEqual([expect.objectContaining({ status: 'completed' })]);
    const [{ report_id, blob_key, mail_id }] = reports;
    expect([...blobs.keys()]).toEqual([blob_key]);
    const download = (await new Client(server.url).send(`/reports/${report_id}/download`)).ok();
    expect(download.text).toContain('section,');
    expect(await server.terminate()).toEqual({ code: 0, signal: null });
    return mail_id!;
  }

  it.each(['before:report-commit:1', 'after:report-commit:1'])(
    'are there all or none when the process dies %s',
    async (point) => {
      const first = await startPatient();
      await first.tell(point);
      await request(first);
      expect(await first.exited).toEqual(KILLED);
      expect(readdirSync(join(dataDir, 'outbox'))).toEqual([]);

      const second = await startPatient();
      await eventually('it is compiled and mailed', () => readStored(dataDir).tasks.length === 0);
      expect(await second.terminate()).toEqual({ code: 0, signal: null });
      const mailId = await expectOneReport();
      const outbox = join(dataDir, 'outbox');
      const mails = readdirSync(outbox).map((name) => readFileSync(join(outbox, name), 'utf8'));
      expect(mails).toEqual([expect.stringContaining(`<${mailId}@`)]);
    },
  );

  it('come again as the same mail when the process dies before it knows that it was taken', async () => {
    const mails = await new MailServer().listen();
    const smtp = { SMTP_URL: mails.url, MAIL_FROM: 'service@example.org' };
    const first = await startPatient(smtp);
    mails.judges((step) => {
      if (step === 'data') void first.kill();
      return undefined;
    });
    await request(first);
    expect(await first.exited).toEqual(KILLED);
    mails.judges(() => undefined);

    const second = await startPatient(smtp);
    await eventually('it is mailed', () => readStored(dataDir).tasks.length === 0);
    expect(await second.terminate()).toEqual({ code: 0, signal: null });
    const mailId = await expectOneReport();
    const ids = mails.mails.map(({ raw }) => headersOf(raw).get('message-id'));
    expect(ids.length).toBeGreaterThan(1);
    expect(new Set(ids.flat())).toEqual(new Set([`<${mailId}@example.org>`]));
    await mails.close();
  });
});
