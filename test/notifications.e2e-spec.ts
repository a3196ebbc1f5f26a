import { MailServer } from '../src/platform/mail/mail-server.harness';
import { headersOf } from '../src/platform/mail/mailer.contract';
import { newUser } from './support/accounts';
import { startApp, type TestApp } from './support/app';
import { Client, waitFor } from './support/client';
import { expectProblem } from './support/problem';
import { metadata, TUS } from './support/tus';

let server: MailServer;
let service: TestApp;
let client: Client;
beforeAll(async () => {
  server = await new MailServer().listen();
  const environment = { SMTP_URL: server.url, MAIL_FROM: 'service@example.org', JOB_MAILS_PER_HOUR: '2' };
  service = await startApp({ environment });
  client = new Client(service.url);
});
beforeEach(() => {
  server.mails.length = 0;
});
afterAll(async () => {
  await service.close();
  await server.close();
});

const mailsTo = (address: string) => server.mails.filter(({ to }) => to.includes(address));
const mailTo = async (address: string) =>
  (
    await waitFor(
      () => mailsTo(address),
      ({ length }) => length > 0,
    )
  )[0];

describe('the end of a job', () => {
  it('is mailed to whom the upload named', async () => {
    const fields = { notify_email: 'boss@example.org' };
    const { job_id } = await client.upload('one two', { filename: 'minutes.txt', fields });
    const { raw } = await mailTo('boss@example.org');
    expect(headersOf(raw).get('subject')).toEqual(['Processed: minutes.txt']);
    expect(raw).toContain(job_id);
  });

  it('is mailed with the reason when it failed', async () => {
    const fields = { notify_email: 'boss@example.org' };
    await client.upload(new Uint8Array([0x61, 0xff]), { filename: '<b>.txt', fields });
    const { raw } = await mailTo('boss@example.org');
    expect(headersOf(raw).get('subject')).toEqual(['Not processed: <b>.txt']);
    expect(raw).toContain('&lt;b&gt;.txt');
    expect(raw).not.toContain('<b>.txt</');
  });

  it('is mailed by every door', async () => {
    const { file_id } = await client.upload('x');
    await client.sendJson('/jobs', { file_id, notify_email: 'jobs@example.org' });
    await mailTo('jobs@example.org');
    const fields = { filename: 'a.txt', notify_email: 'tus@example.org' };
    const headers = { ...TUS, ...metadata(fields), 'upload-length': '0' };
    expect((await client.send('/upload/resumable', { method: 'POST', headers })).status).toBe(201);
    await mailTo('tus@example.org');
  });

  it.each(['nowhere', 'a@example.org, b@example.org', 'a@example.org\r\nBcc: b@example.org'])(
    'is not mailed to %j',
    async (notify_email) => {
      const problem = { status: 422, code: 'validation_failed' };
      expectProblem(await client.sendUpload('x', { fields: { notify_email } }), problem);
      expectProblem(
        await client.sendJson('/upload/url', { url: 'https://example.org/', notify_email }),
        problem,
      );
      const headers = { ...TUS, ...metadata({ filename: 'a.txt', notify_email }), 'upload-length': '1' };
      expectProblem(await client.send('/upload/resumable', { method: 'POST', headers }), problem);
    },
  );

  it('is mailed to one address so often an hour, however it is written', async () => {
    for (const notify_email of [
      'victim@example.org',
      'Victim@example.org',
      'VICTIM@example.org',
      'end@example.org',
    ]) {
      const { job_id } = await client.upload('x', { fields: { notify_email } });
      await client.settled(job_id);
    }
    await mailTo('end@example.org');
    await waitFor(
      () => server.mails.filter(({ to }) => /victim/i.test(to.join())),
      ({ length }) => length === 2,
    );
    expect(server.mails).toHaveLength(3);
  });

  it('is mailed to an owner who wants it, once', async () => {
    const user = await newUser(service.url, 'ada');
    await mailTo('ada@example.org');
    server.mails.length = 0;
    const path = '/users/me/notifications';
    expect((await user.send(path)).json()).toEqual({ job_finished_email: false, digest: 'never' });
    const quiet = await user.upload('x');
    await user.settled(quiet.job_id);
    const wish = { job_finished_email: true };
    expect((await user.sendJson(path, wish, 'PUT')).ok().json()).toEqual({ ...wish, digest: 'never' });
    const { job_id } = await user.upload('x', { fields: { notify_email: 'ada@example.org' } });
    const { raw } = await mailTo('ada@example.org');
    expect(raw).toContain(job_id);
    expect(mailsTo('ada@example.org')).toHaveLength(1);
    expectProblem(await client.send(path), { status: 401, code: 'not_authenticated' });
  });
});
