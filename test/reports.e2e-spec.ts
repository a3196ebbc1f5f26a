import type { ActivityDto } from '@app/activity/activity.dto';
import { DAY_MS, MINUTE_MS } from '@app/platform/clock/durations';
import { ManualClock } from '@app/platform/clock/manual.clock';
import { Database } from '@app/platform/database/database';
import { SEND_MAIL } from '@app/platform/mail/mail-queue';
import { BlobStore } from '@app/platform/storage/blob-store';
import { TaskQueue } from '@app/platform/tasks/task-queue';
import type { ReportDto, RequestedReportDto } from '@app/reports/reports.dto';
import { COMPILE_REPORT } from '@app/reports/reports.tasks';
import { createHash } from 'node:crypto';
import { MailServer } from '../src/platform/mail/mail-server.harness';
import { headersOf } from '../src/platform/mail/mailer.contract';
import { expectStatus } from './support/accounts';
import { startApp, type TestApp, type TestAppOptions } from './support/app';
import { Client, waitFor, type Answer } from './support/client';
import { expectProblem } from './support/problem';
import { testProcessor } from './support/test-processors';
import { stored } from './support/traces';

const NOT_READY = { status: 409, code: 'report_not_ready' };
const WISH = { recipient_email: 'ada@example.org', report_name: 'Invoices of November' };

let mails: MailServer;
let clock: ManualClock;
let service: TestApp;
let client: Client;
let tasks: TaskQueue;
beforeEach(async () => {
  mails = await new MailServer().listen();
  clock = new ManualClock();
});
afterEach(async () => {
  mails.judges(() => undefined);
  await service.close();
  await mails.close();
});

async function start({ environment, ...options }: TestAppOptions = {}): Promise<void> {
  service = await startApp({
    clock,
    processors: [testProcessor('rejecting')],
    environment: { SMTP_URL: mails.url, MAIL_FROM: 'service@example.org', ...environment },
    ...options,
  });
  client = new Client(service.url);
  tasks = service.app.get(TaskQueue);
}

async function request(changes: object = {}): Promise<string> {
  const answer = expectStatus(await client.sendJson('/reports', { ...WISH, ...changes }), 202);
  return answer.json<RequestedReportDto>().report_id;
}

async function report(id: string): Promise<ReportDto> {
  return (await client.send(`/reports/${id}`)).ok().json();
}

function settled(id: string): Promise<ReportDto> {
  return waitFor(
    () => report(id),
    ({ status }) => status === 'completed' || status === 'failed',
  );
}

function download(id: string, headers: Record<string, string> = {}): Promise<Answer> {
  return client.send(`/reports/${id}/download`, { headers });
}

/** Rows of a report as CSV in which no cell is quoted. */
async function rows(changes: object = {}): Promise<Record<string, string>[]> {
  const { report_id } = await settled(await request({ format: 'csv', ...changes }));
  const [head, ...lines] = (await download(report_id)).ok().text.slice(1).trimEnd().split('\r\n');
  const columns = head.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, at) => [columns[at], cell])));
}

const received = (count: number) =>
  waitFor(
    () => mails.mails,
    ({ length }) => length === count,
  );

const waitingMails = () => service.app.get(Database).committed.selectFrom('mails').selectAll().execute();

async function blobs(): Promise<string[]> {
  return (await stored(service)).blobs;
}

describe('a report', () => {
  it('is answered for at once, compiled, mailed as an attachment and kept', async () => {
    await start();
    await client.allSettled([await client.upload('one two'), await client.upload('x')]);
    const answer = await client.sendJson('/reports', WISH);
    const { report_id, message } = expectStatus(answer, 202).json<RequestedReportDto>();
    expect(answer.headers.get('location')).toBe(`/reports/${report_id}`);
    expect(message).toContain(`/reports/${report_id}`);

    const done = await settled(report_id);
    const bytes = (await download(report_id)).ok().bytes;
    expect(done).toMatchObject({
      ...WISH,
      format: 'html',
      from: null,
      to: null,
      status: 'completed',
      error: null,
      mailed: true,
      filename: 'Invoices of November.html',
      size_bytes: bytes.length,
      url: `/reports/${report_id}/download`,
      created_at: '2026-01-01T00:00:00.000Z',
      expires_at: null,
    });
    expect(bytes.toString()).toContain('2 jobs, 8 bytes of files');

    const [{ to, raw }] = await received(1);
    expect(to).toEqual(['ada@example.org']);
    expect(headersOf(raw).get('subject')).toEqual(['Report: Invoices of November']);
    const attached = /filename="Invoices of November\.html"\r\n(?:[^\r]+\r\n)*\r\n([\w+/=\r\n]+)/.exec(raw)!;
    expect(Buffer.from(attached[1], 'base64').equals(bytes)).toBe(true);
    await waitFor(waitingMails, ({ length }) => length === 0);
  });

  it('tells totals, the slowest, the largest and why jobs failed, as a table too', async () => {
    await start();
    const good = await client.upload('four', { filename: 'good.txt' });
    const bad = await client.upload('x', { filename: 'bad.rejecting' });
    await client.allSettled([good, bad]);
    const table = await rows();
    const section = (name: string) => table.filter(({ section: of }) => of === name);
    expect(section('total')).toMatchObject([
      { status: 'completed', jobs: '1' },
      { status: 'failed', jobs: '1' },
    ]);
    expect(section('processor').filter(({ jobs }) => jobs)).toMatchObject([
      { processor: 'text', status: 'completed', jobs: '1' },
      { processor: 'rejecting', status: 'failed', jobs: '1' },
    ]);
    expect(section('day')[0]).toMatchObject({ day: '2026-01-01', status: 'completed', jobs: '1' });
    expect(section('largest').map(({ job_id, size_bytes }) => [job_id, size_bytes])).toEqual([
      [good.job_id, '4'],
      [bad.job_id, '1'],
    ]);
    expect(section('slowest').map(({ filename }) => filename)).toHaveLength(2);
    const { error } = await client.job(bad.job_id);
    expect(section('failure_reason')).toMatchObject([
      { processor: 'rejecting', jobs: '1', code: error!.code },
    ]);
    expect(section('failure')).toMatchObject([{ job_id: bad.job_id, filename: 'bad.rejecting' }]);
  });

  it('is about the jobs of its period, and of its owner, alone', async () => {
    await start();
    for (let day = 0; day < 3; day++) {
      await client.settled((await client.upload('x')).job_id);
      clock.leap(DAY_MS);
    }
    const days = async (period: object) =>
      (await rows(period)).filter(({ section }) => section === 'day').map(({ day }) => day);
    expect(await days({})).toEqual(['2026-01-01', '2026-01-02', '2026-01-03']);
    expect(await days({ from: '2026-01-02' })).toEqual(['2026-01-02', '2026-01-03']);
    expect(await days({ to: '2026-01-02T00:00:00Z' })).toEqual(['2026-01-01']);
    expect(await days({ from: '2026-01-02', to: '2026-01-03' })).toEqual(['2026-01-02']);
    expect(await days({ to: '2030-01-01' })).toHaveLength(3);
  });

  it.each([
    {},
    { recipient_email: 'ada' },
    { recipient_email: 'ada@example.org, eve@example.org' },
    { recipient_email: 'ada@example.org\r\nBcc: eve@example.org' },
    { report_name: '' },
    { report_name: 'x'.repeat(121) },
    { report_name: 'two\nlines' },
    { format: 'pdf' },
    { from: 'yesterday' },
    { from: '2026-02-01', to: '2026-01-01' },
    { owner: 'somebody' },
  ])('is refused for %j', async (changes) => {
    await start();
    const body = Object.keys(changes).length === 0 ? {} : { ...WISH, ...changes };
    const answer = await client.sendJson('/reports', body);
    expectProblem(answer, { status: 422, code: 'validation_failed' });
    expect((await client.send('/reports')).json()).toEqual([]);
  });

  it('is made once for an Idempotency-Key', async () => {
    await start();
    const headers = { 'content-type': 'application/json', 'idempotency-key': '"november"' };
    const body = JSON.stringify(WISH);
    const send = () => client.send('/reports', { method: 'POST', headers, body });
    const first = expectStatus(await send(), 202);
    const second = expectStatus(await send(), 202);
    expect(second.json()).toEqual(first.json());
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    await received(1);
    expect((await client.send('/reports')).json()).toHaveLength(1);
  });
});

describe('the download of a report', () => {
  it('has its name, its digest, ranges and conditional requests', async () => {
    await start();
    const { report_id } = await settled(await request({ report_name: 'Отчёт: 2026/11', format: 'csv' }));
    const whole = (await download(report_id)).ok();
    expect(whole.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(whole.headers.get('content-disposition')).toContain(
      `filename*=UTF-8''${encodeURIComponent('Отчёт- 2026-11.csv')}`,
    );
    expect(whole.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
    const etag = whole.headers.get('etag')!;
    expect(etag).toBe(`"${createHash('sha256').update(whole.bytes).digest('hex')}"`);
    const part = await download(report_id, { range: 'bytes=3-9' });
    expect([part.status, part.text]).toEqual([206, 'section']);
    expect((await download(report_id, { 'if-none-match': etag })).status).toBe(304);
  });

  it('is refused while it waits', async () => {
    await start();
    await tasks.pause([COMPILE_REPORT]);
    const id = await request();
    expect(await report(id)).toMatchObject({ status: 'queued', size_bytes: null, url: null, mailed: false });
    expect(expectProblem(await download(id), NOT_READY)).toMatchObject({ report_status: 'queued' });
    await tasks.resume();
    expect(await settled(id)).toMatchObject({ status: 'completed' });
  });
});

describe('the list of reports', () => {
  it('goes page by page, newest first', async () => {
    await start();
    const ids: string[] = [];
    for (const name of ['one', 'two', 'three']) ids.unshift(await request({ report_name: name }));
    const first = await client.send('/reports?limit=2');
    const idsOf = (answer: Answer) => answer.json<ReportDto[]>().map(({ report_id }) => report_id);
    expect(idsOf(first)).toEqual(ids.slice(0, 2));
    const next = /<([^>]*)>; rel="next"/.exec(first.headers.get('link')!)![1];
    const second = await client.send(next);
    expect([idsOf(second), second.headers.get('link')]).toEqual([ids.slice(2), null]);
    expectProblem(await client.send('/reports?limit=0'), { status: 422, code: 'validation_failed' });
  });

  it('is in the log of what happened', async () => {
    await start();
    const id = await request({ report_name: 'mine' });
    await settled(id);
    clock.advance(1_000);
    const { entries } = await waitFor(
      async () => (await client.send('/activity')).json<ActivityDto>(),
      ({ total }) => total === 2,
    );
    expect(entries.map(({ type, description }) => [type, description])).toEqual([
      ['report.completed', 'Compiled a report: mine'],
      ['report.requested', 'Asked for a report: mine'],
    ]);
  });
});

describe('deleting a report', () => {
  const remove = (id: string) => client.send(`/reports/${id}`, { method: 'DELETE' });

  it('takes back what waits: the task, or the mail', async () => {
    await start();
    await tasks.pause([COMPILE_REPORT, SEND_MAIL]);
    const queued = await request({ report_name: 'queued' });
    expect((await remove(queued)).status).toBe(204);
    await tasks.resume();
    await tasks.pause([SEND_MAIL]);
    const done = await request({ report_name: 'done' });
    await settled(done);
    expect(await waitingMails()).toHaveLength(1);
    expect((await remove(done)).status).toBe(204);
    expect(await waitingMails()).toEqual([]);
    await tasks.resume();
    await waitFor(blobs, ({ length }) => length === 0);
    await waitFor(
      () => tasks.counts(),
      ({ queued: left, running }) => left + running === 0,
    );
    expect([mails.mails, (await tasks.counts()).dead]).toEqual([[], 0]);
    for (const id of [queued, done]) {
      expectProblem(await client.send(`/reports/${id}`), { status: 404, code: 'report_not_found' });
      expectProblem(await remove(id), { status: 404, code: 'report_not_found' });
    }
  });

  it('happens by itself after RETENTION_DAYS', async () => {
    await start({ environment: { RETENTION_DAYS: '2' } });
    const id = await request();
    expect((await settled(id)).expires_at).toBe('2026-01-03T00:00:00.000Z');
    await received(1);
    clock.leap(2 * DAY_MS + MINUTE_MS);
    await waitFor(
      async () => (await client.send(`/reports/${id}`)).status,
      (status) => status === 404,
    );
    expect(await waitFor(blobs, ({ length }) => length === 0)).toEqual([]);
  });
});

describe('what goes wrong', () => {
  it('is tried again, is a reason in the end, and can be made good by an administrator', async () => {
    await start();
    const storage = jest
      .spyOn(service.app.get(BlobStore), 'put')
      .mockRejectedValue(new Error('It is broken.'));
    const id = await request();
    const dead = () => tasks.deadLetters(1);
    while ((await dead()).length === 0) {
      const query = service.app.get(Database).committed.selectFrom('tasks').select(['lease', 'due_at']);
      await waitFor(
        () => query.execute(),
        (all) =>
          all.every(({ lease, due_at }) => lease === null && (due_at === null || due_at > clock.now())),
      );
      clock.advance(5 * MINUTE_MS);
    }
    expect(await settled(id)).toMatchObject({ status: 'failed', error: 'It could not be compiled.' });
    expect(expectProblem(await download(id), NOT_READY)).toMatchObject({ report_status: 'failed' });
    expect(await waitingMails()).toEqual([]);

    storage.mockRestore();
    await service.app.get(Database).transaction((queries) => tasks.revive(queries, id));
    tasks.nudge();
    await waitFor(
      () => report(id),
      ({ status }) => status === 'completed',
    );
    expect((await report(id)).error).toBeNull();
    await received(1);
  });

  it('goes to no address that got enough mails, and is kept nevertheless', async () => {
    await start({ environment: { JOB_MAILS_PER_HOUR: '1' } });
    expect(await settled(await request())).toMatchObject({ status: 'completed', mailed: true });
    expect(await settled(await request())).toMatchObject({ status: 'completed', mailed: false });
    await received(1);
    clock.advance(60 * MINUTE_MS);
    expect(await settled(await request())).toMatchObject({ mailed: true });
    await received(2);
  });
});
