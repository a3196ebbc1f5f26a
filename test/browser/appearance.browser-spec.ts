import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startApp, type TestApp } from '../support/app';
import { Client } from '../support/client';
import { seriousViolations } from './support/accessibility';
import { register } from './support/accounts';
import { TestBrowser } from './support/browser';

const FIXTURES = join(__dirname, '../../src/processing/processors');
const SAMPLES = {
  text: ['a.txt', Buffer.from('hello wide world\n')],
  failed: ['b.txt', Buffer.from([0x63, 0xe9, 0x20])],
  table: ['c.csv', Buffer.from('name,amount,when\na,1,2026-01-01\nb,2.5,\nc,9,2026-03-01\n')],
  json: ['d.json', Buffer.from('[{"a":1},{"a":null,"b":"x"}]')],
  image: ['e.jpg', readFileSync(join(FIXTURES, 'image/fixtures/photo.jpg'))],
  pdf: ['f.pdf', readFileSync(join(FIXTURES, 'pdf/fixtures/text.pdf'))],
  word: ['g.docx', readFileSync(join(FIXTURES, 'word/fixtures/report.docx'))],
  archive: ['h.zip', readFileSync(join(FIXTURES, 'archive/fixtures/info-zip.zip'))],
} as const;
const LONG_WORD = 'long'.repeat(40);

let service: TestApp;
let browser: TestBrowser;
/** Of what the pages are about, by the words for it in their addresses. */
const ids = new Map<string, string>();
beforeAll(async () => {
  service = await startApp();
  browser = await TestBrowser.launch();
  const client = new Client(service.url);
  for (const [kind, [filename, content]] of Object.entries(SAMPLES)) {
    const { job_id } = await client.upload(content, { filename });
    await client.settled(job_id);
    ids.set(kind, job_id);
  }
  const url = `https://webhooks.example.org/${LONG_WORD}`;
  const { webhook_id } = (await client.sendJson('/webhooks', { url })).json<{ webhook_id: string }>();
  await client.send(`/webhooks/${webhook_id}/test`, { method: 'POST' });
  ids.set('webhook', webhook_id);
  const wish = { recipient_email: 'ada@example.org', report_name: LONG_WORD.slice(0, 120) };
  await client.sendJson('/reports', wish);
});
afterAll(async () => {
  await browser.close();
  await service.close();
});

const OPEN_PAGES = [
  '#/',
  '#/insight',
  '#/webhooks',
  '#/webhooks/webhook',
  '#/reports',
  '#/login',
  '#/register',
  '#/nowhere',
];
const PAGES = [...OPEN_PAGES, ...Object.keys(SAMPLES).map((kind) => `#/jobs/${kind}`)];
const hashOf = (path: string) => path.replace(/\w+$/, (kind) => ids.get(kind) ?? kind);

/** Shows a page whole: nothing is still being loaded, or folded. */
async function open(page: Page, path: string): Promise<void> {
  await page.goto(`/${hashOf(path)}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForFunction(() => document.querySelector('.loading') === null);
  await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
}

describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
  let page: Page;
  beforeAll(async () => {
    page = await browser.reader(service.url, { colorScheme });
  });
  afterEach(() => browser.expectNoOffence());
  afterAll(() => page.context().close());

  it.each(PAGES)('%s has no serious obstacle for anybody', async (path) => {
    await open(page, path);
    expect(await seriousViolations(page)).toEqual([]);
  });

  it('#/account has none either', async () => {
    await register(page, `reader-of-${colorScheme}`);
    await open(page, '#/account');
    expect(await seriousViolations(page)).toEqual([]);
  });
});

describe.each([360, 1280])('on a screen of %d pixels', (width) => {
  it('fits, on every page', async () => {
    const page = await browser.reader(service.url, { viewport: { width, height: 740 } });
    const tooWide: string[] = [];
    for (const path of PAGES) {
      await open(page, path);
      const fits = await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
      if (!fits) tooWide.push(path);
    }
    expect(tooWide).toEqual([]);
    await page.context().close();
    browser.expectNoOffence();
  });
});

describe('colours', () => {
  const background = (page: Page) =>
    page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);

  it('are those of the system, or those of the reader, who is remembered', async () => {
    const page = await browser.reader(service.url, { colorScheme: 'dark' });
    await open(page, '#/');
    const dark = await background(page);
    await page.getByRole('button', { name: 'Switch to light' }).click();
    const light = await background(page);
    expect(light).not.toBe(dark);
    await page.reload();
    await page.getByRole('button', { name: 'Switch to dark' }).waitFor();
    expect(await background(page)).toBe(light);
    await page.getByRole('button', { name: 'Switch to dark' }).click();
    expect(await background(page)).toBe(dark);
    await page.context().close();
  });
});

describe('with the keyboard alone', () => {
  it('one gets to the content, to a job, and back to where a reader begins', async () => {
    const page = await browser.reader(service.url);
    await open(page, '#/');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    await page.getByRole('link', { name: 'a.txt' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'a.txt' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
    await page.context().close();
  });
});
