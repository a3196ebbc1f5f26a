import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { newUser } from '../support/accounts';
import { startApp, type TestApp } from '../support/app';
import { Client } from '../support/client';
import { register } from './support/accounts';
import { TestBrowser } from './support/browser';

let service: TestApp;
let client: Client;
let browser: TestBrowser;
let page: Page;
beforeAll(async () => {
  browser = await TestBrowser.launch();
});
afterAll(() => browser.close());
beforeEach(async () => {
  service = await startApp();
  client = new Client(service.url);
  page = await browser.reader(service.url);
});
afterEach(async () => {
  await page.context().close();
  await service.close();
  browser.expectNoOffence();
});

const rowOf = (title: string) => page.getByRole('row').filter({ hasText: title });
const compile = () => page.getByRole('button', { name: 'Compile' }).click();

describe('reports on the page', () => {
  it('are asked for, seen being made, downloaded and deleted', async () => {
    await client.settled((await client.upload('one two', { filename: 'one.txt' })).job_id);
    await page.goto('/#/reports');
    await page.getByText('No reports yet').waitFor();
    await page.getByLabel('Title').fill('Invoices of November');
    await page.getByLabel('Mailed to').fill('ada@example.org');
    await page.getByLabel('Format').selectOption('A table (CSV)');
    await compile();
    await page.getByText('Invoices of November is being compiled, and mailed to ada@example.org.').waitFor();
    const row = rowOf('Invoices of November');
    await row.getByText('Completed').waitFor();
    const saved = page.waitForEvent('download');
    await row.getByRole('button', { name: /CSV/ }).click();
    const file = await saved;
    expect(file.suggestedFilename()).toBe('Invoices of November.csv');
    expect(await readFile(await file.path(), 'utf8')).toContain('one.txt');
    await row.getByRole('button', { name: 'Delete' }).click();
    await row.getByRole('button', { name: 'Delete for good?' }).click();
    await page.getByText('No reports yet').waitFor();
    expect((await client.send('/reports')).ok().json()).toEqual([]);
  });

  it('are about the days that were chosen, both of them included', async () => {
    await page.goto('/#/reports');
    await page.getByLabel('Title').fill('November');
    await page.getByLabel('Mailed to').fill('ada@example.org');
    await page.getByLabel('First day').fill('2026-11-01');
    await page.getByLabel('Last day').fill('2026-11-30');
    await compile();
    await rowOf('November').getByText('2026-11-01 to 2026-11-30').waitFor();
    expect((await client.send('/reports')).ok().json()).toMatchObject([
      { from: '2026-11-01T00:00:00.000Z', to: '2026-12-01T00:00:00.000Z' },
    ]);
  });

  it('say what is wrong with a field', async () => {
    await page.goto('/#/reports');
    await page.getByLabel('Title').fill('The wrong way round');
    await page.getByLabel('Mailed to').fill('ada@example.org');
    await page.getByLabel('First day').fill('2026-11-30');
    await page.getByLabel('Last day').fill('2026-11-01');
    await compile();
    await page.getByText('to must be later than from').first().waitFor();
    expect(await page.getByLabel('Last day').getAttribute('aria-invalid')).toBe('true');
  });

  it('are shown once the service answers again', async () => {
    await page.goto('/');
    await page.getByText('Live').waitFor();
    const port = Number(new URL(service.url).port);
    await service.close();
    await page.getByRole('link', { name: 'Reports' }).click();
    await page.getByText('The service does not answer').waitFor();
    service = await startApp({ port });
    await page.getByText('No reports yet').waitFor();
  });

  it('go to the reader, who sees none of others', async () => {
    const grace = await newUser(service.url, 'grace');
    await grace.sendJson('/reports', { recipient_email: 'grace@example.org', report_name: 'Of Grace' });
    await register(page, 'ada');
    await page.goto('/#/reports');
    await page.getByText('No reports yet').waitFor();
    expect(await page.getByLabel('Mailed to').inputValue()).toBe('ada@example.org');
  });
});
