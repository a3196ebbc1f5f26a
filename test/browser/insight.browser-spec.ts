import type { Page } from 'playwright-core';
import { startApp, type TestApp } from '../support/app';
import { Client } from '../support/client';
import { eventually } from '../support/eventually';
import { TestBrowser } from './support/browser';

const NO_TEXT = Buffer.from([0x63, 0xe9, 0x20]);
const FIRST_LOAD_BYTES = 200_000;

let service: TestApp;
let client: Client;
let browser: TestBrowser;
let page: Page;
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
beforeAll(async () => {
  browser = await TestBrowser.launch();
});
afterAll(() => browser.close());

const settle = async (content: string | Uint8Array<ArrayBuffer>, filename: string) =>
  client.settled((await client.upload(content, { filename })).job_id);
const chart = (name: string) => page.getByRole('region', { name, exact: true });
const log = () => page.getByRole('region', { name: 'Activity', exact: true });

/** The colors that a chart is painted in, most of them of what is drawn and not of its background. */
const colorsOf = (name: string) =>
  chart(name)
    .locator('canvas')
    .evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      const colors = new Set<string>();
      for (let i = 0; i < data.length; i += 4)
        if (data[i + 3] === 255) colors.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
      return [...colors];
    });
const markOf = (name: string, series: string) =>
  chart(name)
    .getByRole('listitem')
    .filter({ hasText: series })
    .locator('.legend-mark')
    .evaluate((mark) => getComputedStyle(mark).backgroundColor.replaceAll(/[^\d,]/g, ''));

describe('the insight page', () => {
  it('shows the last hour in charts, in words and in figures, and goes on by itself', async () => {
    await settle('one', 'one.txt');
    await settle('a,b\n1,2\n', 'two.csv');
    await settle(NO_TEXT, 'broken.txt');
    await page.goto('/#/insight');
    await page
      .getByRole('img', { name: 'Ended, by status: In the last hour: 2 completed, 1 failed.' })
      .waitFor();
    await chart('Ended, by processor').getByText('In the last hour: 1 table, 2 text.').waitFor();
    await chart('Queue').getByText('In the last hour 3 came in').waitFor();
    await page.getByText('Figures of the chart Ended, by status').click();
    const figures = page.getByRole('region', { name: 'Ended, by status, as a table' });
    expect(await figures.getByRole('columnheader').allTextContents()).toEqual([
      'Minute',
      'completed',
      'failed',
      'cancelled',
    ]);
    await settle('three', 'three.txt');
    await chart('Ended, by status').getByText('In the last hour: 3 completed, 1 failed.').waitFor();
  });

  it('paints in the colors of the reader, also when they change', async () => {
    await settle('one', 'one.txt');
    await page.goto('/#/insight');
    await chart('Ended, by status').getByText('1 completed').waitFor();
    const isPainted = async () =>
      (await colorsOf('Ended, by status')).includes(await markOf('Ended, by status', 'completed'));
    await eventually('the bars have the color of the legend', isPainted);
    const light = await markOf('Ended, by status', 'completed');
    await page.emulateMedia({ colorScheme: 'dark' });
    await eventually('the bars have another color', isPainted);
    expect(await markOf('Ended, by status', 'completed')).not.toBe(light);
  });

  it('follows what happens, and finds what happened', async () => {
    const { job_id } = await settle('one', 'one.txt');
    await page.goto('/#/insight');
    await log().getByText('Live').waitFor();
    await log().getByText('Completed: one.txt').waitFor();
    await client.sendJson('/activity', { description: 'Sent the invoices' });
    await log().getByText('Sent the invoices').waitFor();
    await log().getByText('3 entries').waitFor();
    await page.getByRole('combobox', { name: 'Kind of activity' }).selectOption('Note');
    await log().getByText('1 entry').waitFor();
    expect(await log().getByRole('listitem').allTextContents()).toEqual([
      expect.stringContaining('Sent the invoices'),
    ]);
    await page.getByRole('combobox', { name: 'Kind of activity' }).selectOption('Completed');
    await log().getByRole('link', { name: 'Completed: one.txt' }).click();
    await page.getByRole('heading', { name: 'one.txt' }).waitFor();
    expect(page.url()).toContain(job_id);
  });

  it('tells how much more is taken on', async () => {
    await page.goto('/#/insight');
    const capacity = page.getByRole('region', { name: 'Capacity' });
    await capacity.getByText('Takes more on').waitFor();
    await capacity.getByText('100,000 tasks may wait').waitFor();
  });

  it('says so when a part of the page does not arrive, and gets it another time without a reload', async () => {
    await page.route('**/insight-page-*', (route) => route.abort());
    await page.goto('/');
    await page.getByText('No jobs yet').waitFor();
    const loaded = await page.evaluateHandle(() => document);
    await page.getByRole('link', { name: 'Insight' }).click();
    await page.getByRole('alert').getByText('The service does not answer').waitFor();
    await page.unroute('**/insight-page-*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Insight' }).waitFor();
    await page.getByRole('img', { name: /^Ended, by status/ }).waitFor();
    expect(await page.locator('.insight').evaluate((insight) => getComputedStyle(insight).display)).toBe(
      'grid',
    );
    expect(await loaded.evaluate((before) => before === document)).toBe(true);
  });
});

it('loads little to begin with: neither charts nor what sends in pieces', async () => {
  const assets: string[] = [];
  page.on('request', (request) => request.url().includes('/assets/') && assets.push(request.url()));
  await page.goto('/');
  await page.getByText('No jobs yet').waitFor();
  const sizes = assets.map(async (url) => {
    const { headers } = (
      await client.send(new URL(url).pathname, { headers: { 'accept-encoding': 'gzip' } })
    ).ok();
    expect(headers.get('content-encoding')).toBe('gzip');
    return Number(headers.get('content-length'));
  });
  const bytes = (await Promise.all(sizes)).reduce((all, size) => all + size, 0);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(FIRST_LOAD_BYTES);
  expect(assets.join()).not.toMatch(/insight-page|resumable-uploads/);
});
