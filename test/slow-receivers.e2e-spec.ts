import { ManualClock } from '@app/platform/clock/manual.clock';
import type { ReportDto, RequestedReportDto } from '@app/reports/reports.dto';
import type { UploadResponseDto } from '@app/uploads/uploads.dto';
import { MailServer } from '../src/platform/mail/mail-server.harness';
import { RemoteServer } from '../src/platform/outbound/remote-server.harness';
import { expectStatus, PASSWORD } from './support/accounts';
import { startApp, type TestApp } from './support/app';
import { Client, waitFor, type Answer } from './support/client';

/** Requests of each kind to each service. */
const ROUNDS = 15;
/** What may lie between the two besides waiting: noise of a busy machine, and rows of notifications. */
const RATIO = 3;
const NOISE_MS = 50;

/** Asks for something in whose train somebody may be told; `tell` are the fields that name whom. */
type Act = (client: Client, round: number, tell: Record<string, string>) => Promise<Answer>;

const upload = (client: Client, fields: Record<string, string>, headers: Record<string, string> = {}) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', new Blob(['three short words']), 'note.txt');
  return client.send('/upload', { method: 'POST', body: form, headers });
};

const ACTS: Readonly<Record<string, { readonly status: number; readonly act: Act }>> = {
  'POST /users/register': {
    status: 201,
    act: (client, round) => {
      const username = `ada-${round}`;
      const user = { username, email: `${username}@example.org`, password: PASSWORD };
      return client.sendJson('/users/register', user);
    },
  },
  'POST /reports': {
    status: 202,
    act: (client) =>
      client.sendJson('/reports', { recipient_email: 'ada@example.org', report_name: 'November' }),
  },
  'POST /upload': { status: 200, act: (client, _, tell) => upload(client, tell) },
  'POST /upload with Prefer: wait': {
    status: 200,
    act: (client, _, tell) => upload(client, tell, { prefer: 'wait=30' }),
  },
};

/** The clock stands still: nobody's patience ends, and receivers that hang do so for as long as it takes. */
describe('while mail server and webhook receivers hang', () => {
  let clock: ManualClock;
  let mails: MailServer;
  let remote: RemoteServer;
  let told: TestApp;
  let untold: TestApp;
  let hanging: Client;
  let plain: Client;
  let tell: Record<string, string>;

  beforeAll(async () => {
    mails = await new MailServer().listen();
    mails.judges(() => 'hang');
    remote = await new RemoteServer(() => {}).listen();
    clock = new ManualClock();
    told = await startApp({
      clock,
      environment: { SMTP_URL: mails.url, MAIL_FROM: 'service@example.org', OUTBOUND_ALLOW: '127.0.0.1' },
    });
    untold = await startApp({ clock: new ManualClock() });
    hanging = new Client(told.url);
    plain = new Client(untold.url);
    tell = { notify_email: 'ada@example.org', callback_url: remote.url('127.0.0.1', '/back') };
    expectStatus(await hanging.sendJson('/webhooks', { url: remote.url('127.0.0.1', '/hook') }), 201);
  });
  afterAll(async () => {
    await Promise.all([mails.close(), remote.close()]); // what hangs breaks off, and is for later
    await Promise.all([told.close(), untold.close()]);
  });

  const timed = async (ask: () => Promise<Answer>, status: number): Promise<number> => {
    const begin = performance.now();
    expectStatus(await ask(), status);
    return performance.now() - begin;
  };
  const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1];

  it.each(Object.keys(ACTS))('%s is answered as fast as without', async (name) => {
    const { act, status } = ACTS[name];
    const times: Record<'plain' | 'hanging', number[]> = { plain: [], hanging: [] };
    for (let round = 0; round < ROUNDS; round++) {
      times.plain.push(await timed(() => act(plain, round, {}), status));
      times.hanging.push(await timed(() => act(hanging, round, tell), status));
    }
    expect(median(times.hanging)).toBeLessThan(RATIO * median(times.plain) + NOISE_MS);
  });

  it('all of them are done, and nobody was told yet', async () => {
    clock.advance(1); // a delivery of the very same moment is no other one to BullMQ
    const { job_id } = (await upload(hanging, tell)).ok().json<UploadResponseDto>();
    expect(await hanging.settled(job_id)).toMatchObject({ status: 'completed' });
    const answer = await ACTS['POST /reports'].act(hanging, 0, {});
    const { report_id } = answer.json<RequestedReportDto>();
    await waitFor(
      async () => (await hanging.send(`/reports/${report_id}`)).json<ReportDto>(),
      ({ status, mailed }) => status === 'completed' && mailed,
    );
    await waitFor(() => mails.asked.connect > 0);
    await waitFor(() => new Set(remote.requests.map(({ url }) => url)).size === 2);
    expect(mails.mails).toEqual([]);
    expect(remote.requests.every((request) => !request.destroyed)).toBe(true);
  });
});
