import { Webhook } from 'standardwebhooks';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Page } from 'playwright-core';
import { RemoteServer } from '../../src/platform/outbound/remote-server.harness';
import { newUser } from '../support/accounts';
import { startApp, type TestApp } from '../support/app';
import { Client } from '../support/client';
import { eventually } from '../support/eventually';
import { TestBrowser } from './support/browser';

interface Message {
  readonly path: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let service: TestApp;
let client: Client;
let remote: RemoteServer;
let browser: TestBrowser;
let page: Page;
let messages: Message[];
let status: number;
beforeAll(async () => {
  browser = await TestBrowser.launch();
});
afterAll(() => browser.close());
beforeEach(async () => {
  messages = [];
  status = 204;
  remote = await new RemoteServer((request, response) => {
    void text(request).then((body) => {
      messages.push({ path: request.url, headers: request.headers, body });
      response.writeHead(status).end();
    });
  }).listen();
  service = await startApp({ environment: { OUTBOUND_ALLOW: '127.0.0.1' } });
  client = new Client(service.url);
  page = await browser.reader(service.url);
});
afterEach(async () => {
  await page.context().close();
  await service.close();
  await remote.close();
  browser.expectNoOffence();
});

/** Makes an endpoint on the page. @returns its secret, which the page shows */
async function make(path: string, ...events: string[]): Promise<string> {
  await page.goto('/#/webhooks');
  await page.getByLabel('Address').fill(remote.url('127.0.0.1', path));
  for (const event of events) await page.getByRole('checkbox', { name: event }).check();
  await page.getByRole('button', { name: 'Make an endpoint' }).click();
  return (await page.locator('.notice-good code').textContent())!;
}

const openEndpoint = (path: string) =>
  page.getByRole('link', { name: remote.url('127.0.0.1', path) }).click();
const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
const deliveryOf = (...words: (string | RegExp)[]) =>
  words.reduce(
    (rows, hasText) => rows.filter({ hasText }),
    page.getByRole('region', { name: 'Deliveries' }).locator('tbody tr'),
  );

describe('webhooks on the page', () => {
  it('are made with a secret that is shown once, and is the one that messages are signed with', async () => {
    const secret = await make('/hook');
    await openEndpoint('/hook');
    await page.getByText('Nothing was sent yet').waitFor();
    const { job_id } = await client.upload('hello', { filename: 'hello.txt' });
    await deliveryOf('job.completed', 'Delivered', '204').waitFor();
    const [{ headers, body }] = messages;
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
      type: 'job.completed',
      data: { job_id },
    });
    await page.goto('/#/webhooks');
    await page.reload();
    await page.getByRole('link', { name: '/hook' }).waitFor();
    expect(await page.content()).not.toContain('whsec_');
  });

  it('show what did not arrive and why, and send it again', async () => {
    status = 500;
    await make('/hook');
    await openEndpoint('/hook');
    await press('Send a test');
    await deliveryOf('webhook.test', 'Waiting', '500', 'Next try').waitFor();
    status = 204;
    await press('Send now');
    await deliveryOf('webhook.test', 'Delivered', '204').waitFor();
    await press('Send again');
    await eventually('it came a third time', () => messages.length === 3);
    expect(new Set(messages.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('are told only of what was chosen, which can be changed', async () => {
    await make('/hook', 'A job failed');
    await openEndpoint('/hook');
    await page.getByText('events: failed').waitFor();
    await page.getByText('Change the endpoint').click();
    await page.getByLabel('Description').fill('the archive');
    await page.getByRole('checkbox', { name: 'A job failed' }).uncheck();
    await page.getByRole('checkbox', { name: 'A job was cancelled' }).check();
    await press('Save');
    await page.getByRole('heading', { name: 'the archive' }).waitFor();
    await page.getByText('events: cancelled').waitFor();
  });

  it('keep what is being typed when they are disabled or enabled', async () => {
    await make('/hook');
    await openEndpoint('/hook');
    await page.getByText('Change the endpoint').click();
    await page.getByLabel('Description').fill('the archive');
    await press('Disable');
    await page.getByText('Disabled', { exact: true }).waitFor();
    expect(await page.getByLabel('Description').inputValue()).toBe('the archive');
    await press('Save');
    await page.getByRole('heading', { name: 'the archive' }).waitFor();
  });

  it('are disabled and enabled, get a new secret, and are deleted', async () => {
    const secret = await make('/hook');
    await openEndpoint('/hook');
    await press('Disable');
    await page.getByText('Disabled', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Send a test' }).count()).toBe(0);
    await press('Enable');
    await press('New secret');
    const next = await page.locator('.notice-good code').textContent();
    expect(next).toMatch(/^whsec_/);
    expect(next).not.toBe(secret);
    await press('Delete');
    await page.getByRole('heading', { level: 1 }).click(); // somebody thought better of it
    await page.getByRole('button', { name: 'Delete', exact: true }).waitFor();
    await press('Delete');
    await press('Delete for good?');
    await page.getByText('No endpoints yet').waitFor();
    expect((await client.send('/webhooks')).ok().json()).toEqual([]);
  });

  it('are refused where nothing may be sent to, in words', async () => {
    await page.goto('/#/webhooks');
    await page.getByLabel('Address').fill('http://192.168.0.1/hook');
    await press('Make an endpoint');
    await page.getByRole('alert').getByText('192.168.0.1 is not on the public internet.').waitFor();
    await page.goto('/#/webhooks/019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5');
    await page.getByText('There is no such webhook').waitFor();
  });

  it('are not those of somebody else', async () => {
    const ada = await newUser(service.url, 'ada');
    const url = remote.url('127.0.0.1', '/of-ada');
    const { webhook_id } = (await ada.sendJson('/webhooks', { url })).json<{ webhook_id: string }>();
    await page.goto('/#/webhooks');
    await page.getByText('No endpoints yet').waitFor();
    await page.goto(`/#/webhooks/${webhook_id}`);
    await page.getByText('There is no such webhook').waitFor();
  });

  it('give a secret for the callbacks of single uploads', async () => {
    await page.goto('/#/webhooks');
    await press('New callback secret');
    const secret = (await page.locator('.notice-good code').textContent())!;
    const form = new FormData();
    form.append('file', new File(['x'], 'x.txt'));
    form.append('callback_url', remote.url('127.0.0.1', '/callback'));
    (await client.send('/upload', { method: 'POST', body: form })).ok();
    await eventually('the callback has come', () => messages.length === 1);
    const [{ path, headers, body }] = messages;
    expect(path).toBe('/callback');
    expect(() => new Webhook(secret).verify(body, headers as Record<string, string>)).not.toThrow();
  });
});
