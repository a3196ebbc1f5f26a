import { HOUR_MS } from '@app/platform/clock/durations';
import { ManualClock } from '@app/platform/clock/manual.clock';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PREFIX, startPrefixProxy } from './browser/support/prefix-proxy';
import { TestBrowser } from './browser/support/browser';
import { expectStatus, login, newUser, PASSWORD } from './support/accounts';
import type { TestApp } from './support/app';
import { Client, waitFor } from './support/client';
import { Instances } from './support/instances';
import { expectProblem } from './support/problem';

interface BoardQueues {
  readonly queues: readonly {
    readonly name: string;
    readonly readOnlyMode: boolean;
    readonly jobs: readonly { readonly data: { readonly id: string } }[];
  }[];
}

/** Nobody takes tasks here, so they stay in Redis. */
describe('the queue in Redis', () => {
  let instances: Instances;
  let service: TestApp;
  let clock: ManualClock;
  let admin: Client;
  let user: Client;

  beforeAll(async () => {
    instances = await Instances.create();
    clock = new ManualClock();
    service = await instances.start({
      clock,
      environment: { ROLE: 'api', ADMIN_EMAILS: 'root@example.org' },
    });
    admin = await newUser(service.url, 'root');
    user = await newUser(service.url, 'ada');
  });
  afterAll(() => instances.remove());

  const open = (caller: Client) => caller.send('/admin/queues/session', { method: 'POST' });

  /** A browser that was given the cookie, and sends nothing else. */
  async function browserOf(caller: Client): Promise<Client> {
    const [cookie] = expectStatus(await open(caller), 204).headers.getSetCookie();
    return new Client(service.url, { cookie: cookie.split(';')[0] });
  }

  async function shown(browser: Client, queue: string): Promise<string[]> {
    const answer = (
      await browser.send(`/admin/queues/api/queues?activeQueue=${queue}&status=prioritized`)
    ).ok();
    const { queues } = answer.json<BoardQueues>();
    return queues.find(({ name }) => name === queue)!.jobs.map(({ data }) => data.id);
  }

  it('is shown to an administrator whose browser has the cookie', async () => {
    const browser = await browserOf(admin);
    const page = (await browser.send('/admin/queues')).ok();
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.text).toContain('<base href="queues/" />');
    expect((await browser.send('/admin/queues/queue/process-job?status=active')).ok().text).toContain(
      '<base href="../../queues/" />',
    );
    const [script] = /static\/js\/main[^"]*/.exec(page.text)!;
    expect((await browser.send(`/admin/queues/${script}`)).ok().headers.get('content-type')).toMatch(
      /javascript/,
    );
    const { job_id } = await user.upload('waits\n');
    await waitFor(async () => (await shown(browser, 'process-job')).includes(job_id));
  });

  it('is shown to an administrator who sends a token, and that is written down each time', async () => {
    const seen = async () => {
      const { entries } = (await admin.send('/admin/activity?type=admin.acted'))
        .ok()
        .json<{ entries: { description: string }[] }>();
      return entries.filter(({ description }) => /queue/.test(description)).length;
    };
    const before = await seen();
    (await admin.send('/admin/queues/api/queues')).ok();
    const browser = await browserOf(admin);
    for (let poll = 0; poll < 3; poll++) (await browser.send('/admin/queues/api/queues')).ok();
    expect((await seen()) - before).toBe(2); // the look with the token, and the cookie
  });

  it('is shown to nobody else', async () => {
    const nobody = new Client(service.url);
    for (const path of [
      '/admin/queues',
      '/admin/queues/',
      '/admin/queues/api/queues',
      '/admin/queues/static/favicon.ico',
    ]) {
      expectProblem(await nobody.send(path), { status: 401, code: 'not_authenticated' });
      expectProblem(await user.send(path), { status: 403, code: 'forbidden' });
    }
    expectProblem(await open(nobody), { status: 401, code: 'not_authenticated' });
    expectProblem(await open(user), { status: 403, code: 'forbidden' });
  });

  it('sets a cookie for its own paths, that no script reads and no other site has sent', async () => {
    const [cookie] = (await open(admin)).headers.getSetCookie();
    expect(cookie).toMatch(/^filemill_queues=[\w.-]+; Max-Age=3600; HttpOnly; SameSite=Strict$/); // for the path that sets it
  });

  it('takes its cookie for nothing else, and nothing else as its cookie', async () => {
    const browser = await browserOf(admin);
    const pass = browser.headers['cookie'].split('=')[1];
    expectProblem(await browser.send('/admin/queue'), { status: 401, code: 'not_authenticated' });
    expectProblem(await open(browser), { status: 401, code: 'not_authenticated' });
    const bearer = new Client(service.url, { authorization: `Bearer ${pass}` });
    expectProblem(await bearer.send('/admin/queue'), { status: 401, code: 'invalid_token' });
    const { access_token } = await login(service.url, 'root');
    const smuggler = new Client(service.url, { cookie: `filemill_queues=${access_token}` });
    expectProblem(await smuggler.send('/admin/queues'), { status: 401, code: 'invalid_token' });
  });

  it('is closed after an hour, and when the session ends', async () => {
    const forAnHour = await browserOf(admin);
    clock.leap(HOUR_MS + 1000);
    expectProblem(await forAnHour.send('/admin/queues'), { status: 401, code: 'invalid_token' });
    const { access_token } = await login(service.url, 'root');
    const again = new Client(service.url, { authorization: `Bearer ${access_token}` });
    const browser = await browserOf(again);
    expectStatus(await again.send('/auth/logout', { method: 'POST' }), 204);
    expectProblem(await browser.send('/admin/queues'), { status: 401, code: 'invalid_token' });
    admin = new Client(service.url, {
      authorization: `Bearer ${(await login(service.url, 'root')).access_token}`,
    });
  });

  it('can be looked at, not changed', async () => {
    const { queues } = (await admin.send('/admin/queues/api/queues')).ok().json<BoardQueues>();
    expect(queues.map(({ name }) => name)).toContain('process-job');
    expect(queues.map(({ readOnlyMode }) => readOnlyMode)).toEqual(queues.map(() => true));
    for (const [method, path] of [
      ['PUT', 'api/queues/pause'],
      ['PUT', 'api/queues/process-job/empty'],
      ['POST', 'api/queues/process-job/add'],
      ['PATCH', 'api/queues/process-job/1/update-data'],
      ['DELETE', ''],
    ]) {
      const answer = await admin.send(`/admin/queues/${path}`, { method });
      expectProblem(answer, { status: 405, code: 'method_not_allowed' });
      expect(answer.headers.get('allow')).toBe('GET, HEAD');
    }
    expectProblem(await admin.send('/admin/queues/nowhere'), { status: 404, code: 'route_not_found' });
  });

  it('widens the policy of its own pages only', async () => {
    const policyOf = async (path: string) => (await admin.send(path)).headers.get('content-security-policy');
    const policy = await policyOf('/admin/queues');
    expect(policy).toMatch(/^default-src 'none';script-src 'self' 'sha256-[^']+';/);
    expect(policy).toContain("base-uri 'self'");
    expect(policy).not.toContain('http');
    for (const path of ['/', '/admin/queue', '/docs'])
      expect(await policyOf(path)).toContain("base-uri 'none'");
  });

  it('is told to be away while Redis is, at once', async () => {
    const browser = await browserOf(admin);
    instances.redis.pause();
    for (const path of ['/admin/queues', '/admin/queues/api/queues'])
      expectProblem(await browser.send(path), { status: 503, code: 'queue_unavailable' });
    instances.redis.resume();
    await instances.redis.stop();
    expectProblem(await browser.send('/admin/queues'), { status: 503, code: 'queue_unavailable' });
    await instances.redis.restart();
  });
});

describe('an administrator who reads the page, below a path of a proxy', () => {
  let instances: Instances;
  let proxy: Server;
  let browser: TestBrowser;
  let jobId: string;

  beforeAll(async () => {
    instances = await Instances.create();
    const service = await instances.start({ environment: { ROLE: 'api', ADMIN_EMAILS: 'root@example.org' } });
    await newUser(service.url, 'root');
    proxy = await startPrefixProxy(new URL(service.url).port);
    browser = await TestBrowser.launch();
    ({ job_id: jobId } = await new Client(service.url).upload('waits\n'));
  });
  afterAll(async () => {
    await instances.remove();
    proxy.closeAllConnections();
    proxy.close();
    await browser.close();
  });

  it('opens the queue in a tab of its own', async () => {
    const { port } = proxy.address() as AddressInfo;
    const page = await browser.reader(`http://127.0.0.1:${port}`);
    await page.goto(`${PREFIX}/#/login`);
    await page.getByLabel('User name or email address').fill('root');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Log in' }).click();
    const opened = page.context().waitForEvent('page');
    await page.getByRole('link', { name: 'Queue' }).click();
    const board = await opened;
    await board.getByText('process-job').first().click();
    await board.waitForURL(`**${PREFIX}/admin/queues/queue/process-job**`);
    await board.getByText(`"${jobId}"`).waitFor();
    const cookies = await page.context().cookies(`http://127.0.0.1:${port}${PREFIX}/admin/queues`);
    expect(cookies).toEqual([
      expect.objectContaining({
        name: 'filemill_queues',
        httpOnly: true,
        sameSite: 'Strict',
        path: `${PREFIX}/admin/queues`,
      }),
    ]);
    browser.expectNoOffence();
  });
});
