import { ManualClock } from '@app/platform/clock/manual.clock';
import { Database } from '@app/platform/database/database';
import type { NewWebhookDto, WebhookDeliveryDto, WebhookDto } from '@app/notifications/webhooks/webhooks.dto';
import { DAY_MS } from '@app/platform/clock/durations';
import { Webhook } from 'standardwebhooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RemoteServer, type Answer } from '../src/platform/outbound/remote-server.harness';
import { expectStatus } from './support/accounts';
import { startApp, type TestApp } from './support/app';
import { Client, waitFor } from './support/client';
import { expectProblem } from './support/problem';

interface Message {
  readonly headers: Record<string, string>;
  readonly body: string;
}

let clock: ManualClock;
let remote: RemoteServer;
let service: TestApp;
let client: Client;
let messages: Message[];

/** Takes a message down, then answers. */
function receives(answer: (response: ServerResponse, nth: number) => void): void {
  const listener: Answer = (request, response) => {
    void bodyOf(request).then((body) => {
      messages.push({ headers: request.headers as Record<string, string>, body });
      answer(response, messages.length);
    });
  };
  remote.answers(listener);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

beforeEach(async () => {
  messages = [];
  clock = new ManualClock(Date.now());
  remote = await new RemoteServer().listen();
  receives((response) => response.end());
  service = await startApp({ clock, environment: { OUTBOUND_ALLOW: '127.0.0.1' } });
  client = new Client(service.url);
});
afterEach(async () => {
  await remote.close();
  await service.close();
});

async function create(wish: object = {}): Promise<NewWebhookDto> {
  const answer = await client.sendJson('/webhooks', { url: remote.url('127.0.0.1', '/hook'), ...wish });
  return expectStatus(answer, 201).json();
}
const deliveries = async (id: string) =>
  (await client.send(`/webhooks/${id}/deliveries`)).ok().json<WebhookDeliveryDto[]>();
const delivery = (id: string, accept: (delivery: WebhookDeliveryDto) => boolean) =>
  waitFor(
    async () => (await deliveries(id))[0],
    (found) => found !== undefined && accept(found),
  );
const arrived = (count: number) =>
  waitFor(
    () => messages,
    ({ length }) => length >= count,
  );
/** No two at the same moment: a task that waits again in the very millisecond is the same to BullMQ until the next scan. */
const processed = async (fields: Record<string, string> = {}) => {
  clock.advance(1);
  return client.settled((await client.upload('one two', { fields })).job_id);
};
/** Until the next try has its time. */
const rests = () =>
  waitFor(
    () => service.app.get(Database).committed.selectFrom('tasks').select(['lease']).execute(),
    (tasks) => tasks.every(({ lease }) => lease === null),
  );

describe('a webhook', () => {
  it('is told of the end of a job, signed as the standard has it', async () => {
    const { secret, webhook_id } = await create();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const job = await processed();
    const [{ headers, body }] = await arrived(1);
    const event = new Webhook(secret).verify(body, headers);
    expect(event).toEqual({ type: 'job.completed', timestamp: job.finished_at, data: job });
    expect(headers['content-type']).toBe('application/json');
    expect(await delivery(webhook_id, ({ status }) => status === 'delivered')).toMatchObject({
      delivery_id: headers['webhook-id'],
      event_type: 'job.completed',
      attempt: 1,
      response_status: 200,
      error: null,
      next_try_at: null,
    });
  });

  it('is told of what it asked for alone', async () => {
    await create({ event_types: ['job.failed'] });
    await processed();
    const { job_id } = await client.upload(new Uint8Array([0x61, 0xff]));
    await client.settled(job_id);
    const [{ body }] = await arrived(1);
    expect(JSON.parse(body)).toMatchObject({ type: 'job.failed', data: { job_id } });
    expect(messages).toHaveLength(1);
  });

  it('shows its secret once, and has two while they are changed over', async () => {
    const { webhook_id, secret } = await create();
    expect((await client.send('/webhooks')).text).not.toContain('whsec_');
    const rotated = await client.send(`/webhooks/${webhook_id}/rotate-secret`, { method: 'POST' });
    const next = rotated.ok().json<{ secret: string }>().secret;
    await processed();
    const [{ headers, body }] = await arrived(1);
    for (const known of [secret, next]) new Webhook(known).verify(body, headers);
    await delivery(webhook_id, ({ status }) => status === 'delivered');
    await rests();
    clock.leap(DAY_MS);
    messages = [];
    await client.send(`/webhooks/${webhook_id}/test`, { method: 'POST' });
    const [later] = await arrived(1);
    expect(later.headers['webhook-signature'].split(' ')).toHaveLength(1);
  });

  it('leaves a secret good for its day, however often the next is made, and makes it once for a key', async () => {
    const { webhook_id, secret } = await create();
    const rotate = async (key: string) => {
      const headers = { 'idempotency-key': key };
      return (await client.send(`/webhooks/${webhook_id}/rotate-secret`, { method: 'POST', headers })).ok();
    };
    const first = await rotate('first');
    expect((await rotate('first')).text).toBe(first.text);
    expect((await rotate('second')).text).not.toBe(first.text);
    await client.send(`/webhooks/${webhook_id}/test`, { method: 'POST' });
    const [{ headers, body }] = await arrived(1);
    for (const known of [secret, first.json<{ secret: string }>().secret])
      new Webhook(known).verify(body, headers);
    expect(headers['webhook-signature'].split(' ')).toHaveLength(3);
    for (let i = 0; i < 9; i++) await rotate(`again-${i}`);
    messages = [];
    await client.send(`/webhooks/${webhook_id}/test`, { method: 'POST' });
    const [later] = await arrived(1);
    expect(later.headers['webhook-signature'].split(' ')).toHaveLength(6); // no more than fits into a header
  });

  it.each([
    ['http://127.0.0.2/', 'url_not_allowed'],
    ['http://169.254.169.254/latest', 'url_not_allowed'],
    ['http://[::ffff:10.0.0.1]/', 'url_not_allowed'],
    ['file:///etc/passwd', 'url_not_allowed'],
    ['nonsense', 'url_not_allowed'],
  ])('is not made at %s, nor moved there, nor called back', async (url, code) => {
    const { webhook_id } = await create();
    expectProblem(await client.sendJson('/webhooks', { url }), { status: 422, code });
    expectProblem(await client.sendJson(`/webhooks/${webhook_id}`, { url }, 'PATCH'), { status: 422, code });
    expectProblem(await client.sendUpload('x', { fields: { callback_url: url } }), { status: 422, code });
    const imported = { url: remote.url('127.0.0.1'), callback_url: url };
    expectProblem(await client.sendJson('/upload/url', imported), { status: 422, code });
    expect(remote.requests).toEqual([]);
  });

  it.each([
    ['500', (response: ServerResponse) => response.writeHead(500).end()],
    ['a redirect', (response: ServerResponse) => response.writeHead(302, { location: '/' }).end()],
    ['a broken connection', (response: ServerResponse) => response.destroy()],
  ])('is told again after %s, as the same message', async (_, fault) => {
    const { webhook_id } = await create();
    receives((response, nth) => (nth === 1 ? fault(response) : response.end()));
    await processed();
    const { error } = await delivery(webhook_id, ({ attempt }) => attempt === 1);
    expect(error).toMatch(/\w/);
    await rests();
    clock.advance(6_000);
    const [first, second] = await arrived(2);
    expect(second.headers['webhook-id']).toBe(first.headers['webhook-id']);
    expect(second.body).toBe(first.body);
    await delivery(webhook_id, ({ status, attempt }) => status === 'delivered' && attempt === 2);
  });

  it('waits for as long as it is asked to', async () => {
    const { webhook_id } = await create();
    receives((response, nth) => response.writeHead(nth === 1 ? 429 : 200, { 'retry-after': '600' }).end());
    await processed();
    const { next_try_at } = await delivery(webhook_id, ({ attempt }) => attempt === 1);
    expect(Date.parse(next_try_at!)).toBe(clock.now() + 600_000);
  });

  it('that is gone is disabled, and can be enabled again', async () => {
    const { webhook_id } = await create();
    receives((response) => response.writeHead(410).end());
    await processed();
    await delivery(webhook_id, ({ status }) => status === 'failed');
    const path = `/webhooks/${webhook_id}`;
    const gone = (await client.send(path)).json<WebhookDto>();
    expect(gone).toMatchObject({ enabled: false, disabled_reason: 'gone' });
    const [{ delivery_id }] = await deliveries(webhook_id);
    const again = `${path}/deliveries/${delivery_id}/redeliver`;
    expectProblem(await client.send(again, { method: 'POST' }), { status: 409, code: 'webhook_disabled' });
    await processed(); // nobody is told
    const enabled = await client.sendJson(path, { enabled: true }, 'PATCH');
    expect(enabled.json()).toMatchObject({ enabled: true, disabled_reason: null });
    receives((response) => response.end());
    clock.advance(1);
    expect((await client.send(again, { method: 'POST' })).status).toBe(202);
    await delivery(webhook_id, ({ status }) => status === 'delivered');
    expect(new Set(messages.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([delivery_id]));
  });

  it('to which nothing has come for five days is disabled, and what waits for it is given up', async () => {
    const { webhook_id } = await create();
    receives((response) => response.writeHead(500).end());
    await processed();
    for (let day = 1; day <= 5; day++) {
      await delivery(webhook_id, ({ attempt }) => attempt === day);
      await rests();
      clock.leap(DAY_MS);
    }
    await delivery(webhook_id, ({ status, attempt }) => status === 'failed' && attempt === 6);
    const failing = (await client.send(`/webhooks/${webhook_id}`)).json<WebhookDto>();
    expect(failing).toMatchObject({ enabled: false, disabled_reason: 'failing' });
    expect(new Set(messages.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('holds up neither answers nor others while it hangs, or answers without end', async () => {
    const slow = await create({ url: remote.url('127.0.0.1', '/slow') });
    const endless = await create({ url: remote.url('127.0.0.1', '/endless') });
    const quick = await create({ url: remote.url('127.0.0.1', '/quick') });
    remote.answers((request, response) => {
      if (request.url === '/slow') return;
      response.write('x');
      if (request.url === '/quick') response.end();
    });
    for (let times = 0; times < 12; times++) await processed();
    const done = (id: string) =>
      waitFor(
        () => deliveries(id),
        (all) => all.length === 12 && all.every(({ status }) => status === 'delivered'),
      );
    await done(quick.webhook_id);
    await done(endless.webhook_id);
    const waiting = await deliveries(slow.webhook_id);
    expect(waiting.every(({ status }) => status === 'pending')).toBe(true);
    expect(remote.requests.filter(({ url }) => url === '/slow').length).toBeLessThanOrEqual(8);
    clock.advance(15_000);
    await delivery(slow.webhook_id, ({ status }) => status === 'pending');
    expect((await client.send(`/webhooks/${slow.webhook_id}`, { method: 'DELETE' })).status).toBe(204);
  });

  it('is one of twenty at most', async () => {
    for (let count = 0; count < 20; count++) await create();
    expectProblem(await client.sendJson('/webhooks', { url: remote.url('127.0.0.1') }), {
      status: 409,
      code: 'too_many_webhooks',
    });
  });
});

describe('a callback', () => {
  it('is told of its upload alone, signed with the secret of its owner', async () => {
    const answer = await client.send('/webhooks/callback-secret', { method: 'POST' });
    const { secret } = answer.ok().json<{ secret: string }>();
    const job = await processed({ callback_url: remote.url('127.0.0.1', '/back') });
    await processed();
    const [{ headers, body }] = await arrived(1);
    expect(new Webhook(secret).verify(body, headers)).toMatchObject({ data: { job_id: job.job_id } });
    expect(messages).toHaveLength(1);
  });

  it('comes for a job of a stored file and for a file that was fetched', async () => {
    const callback_url = remote.url('127.0.0.1', '/back');
    const { file_id } = await processed();
    const again = (await client.sendJson('/jobs', { file_id, callback_url })).ok().json<{ job_id: string }>();
    await arrived(1);
    clock.advance(1);
    const fetched = { url: remote.url('127.0.0.1', '/afar.txt'), callback_url };
    const { job_id } = (await client.sendJson('/upload/url', fetched)).ok().json<{ job_id: string }>();
    await client.settled(job_id);
    await waitFor(
      () => messages.filter(({ body }) => body !== '').map(({ body }) => JSON.parse(body).data.job_id),
      (ids) => ids.includes(again.job_id) && ids.includes(job_id),
    );
  });
});
