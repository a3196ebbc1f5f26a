import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startApp, type TestApp } from '../support/app';
import { Client } from '../support/client';
import { eventually } from '../support/eventually';
import { testProcessor } from '../support/test-processors';
import { register } from './support/accounts';
import { TestBrowser } from './support/browser';
import { pickFiles, rowOf, see, uploadOf } from './support/upload';

let service: TestApp;
let client: Client;
let browser: TestBrowser;
let page: Page;
let directory: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'filemill-browser-'));
  service = await startApp({
    processors: [testProcessor('gated')],
    environment: { OUTBOUND_ALLOW: '127.0.0.1' },
  });
  client = new Client(service.url);
  browser = await TestBrowser.launch();
});
afterAll(async () => {
  await browser.close();
  await service.close();
  rmSync(directory, { recursive: true, force: true });
});
afterEach(async () => {
  await page.context().close();
  browser.expectNoOffence();
});

const completed = async (content: string, filename: string) =>
  client.settled((await client.upload(content, { filename })).job_id);

describe('the table of jobs', () => {
  it('follows a job that takes its time, through cancel and retry', async () => {
    const gate = join(directory, 'gate');
    page = await browser.reader(service.url);
    await page.goto('/background');
    await pickFiles(page, { name: 'slow.gated', content: gate });
    await see(page, 'slow.gated', 'Processing');
    await page.getByRole('button', { name: 'Cancel slow.gated' }).click();
    await see(page, 'slow.gated', 'Cancelled');
    await page.getByRole('button', { name: 'Retry slow.gated' }).click();
    await see(page, 'slow.gated', 'Processing');
    writeFileSync(gate, '');
    await see(page, 'slow.gated', 'Completed');
  });

  it('shows what others hand in, without a reload', async () => {
    page = await browser.reader(service.url);
    await page.goto('/');
    await page.getByText('Live').waitFor();
    await client.upload('from elsewhere', { filename: 'elsewhere.txt' });
    await see(page, 'elsewhere.txt', 'Completed');
  });

  it('shows what happens while it is still being loaded', async () => {
    page = await browser.reader(service.url);
    const answers: (() => Promise<void>)[] = [];
    await page.route(/\/jobs\?/, async (route) => {
      const response = await route.fetch();
      answers.push(() => route.fulfill({ response }));
    });
    await page.goto('/');
    await eventually('the list is asked for again, once the page is live', () => answers.length > 1);
    await client.upload('meanwhile', { filename: 'meanwhile.txt' });
    await page.getByTestId('announcer').getByText('meanwhile.txt: completed').waitFor({ state: 'attached' });
    await answers.at(-1)!();
    await see(page, 'meanwhile.txt', 'Completed');
  });

  it('takes a deletion back, or carries it out', async () => {
    const kept = await completed('x', 'kept.txt');
    const gone = await completed('x', 'gone.txt');
    page = await browser.reader(service.url);
    await page.goto('/');
    await page.getByRole('button', { name: 'Delete kept.txt' }).click();
    await rowOf(page, 'kept.txt').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await rowOf(page, 'kept.txt').waitFor();
    await page.getByRole('button', { name: 'Delete gone.txt' }).click();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    const status = async () => (await client.send(`/jobs/${gone.job_id}`)).status;
    await eventually('the job is gone', async () => (await status()) === 404);
    expect((await client.send(`/jobs/${kept.job_id}`)).status).toBe(200);
    expect(await rowOf(page, 'gone.txt').count()).toBe(0);
  });

  it('carries a deletion out when the page is left', async () => {
    const { job_id } = await completed('x', 'left.txt');
    page = await browser.reader(service.url);
    await page.goto('/');
    await page.getByRole('button', { name: 'Delete left.txt' }).click();
    await page.getByText('Deleted left.txt').waitFor();
    await page.goto('/docs'); // a page of another site may come before a busy one has heard that it is left
    await eventually('the job is gone', async () => (await client.send(`/jobs/${job_id}`)).status === 404);
  });

  it('finds jobs by name and status, and loads more as one scrolls', async () => {
    for (let i = 0; i < 60; i++) await client.upload('x', { filename: `many-${i}.txt` });
    await completed('caf\u00e9', 'needle.txt');
    page = await browser.reader(service.url);
    await page.goto('/');
    await rowOf(page, 'needle.txt').waitFor();
    await rowOf(page, 'many-0.txt')
      .scrollIntoViewIfNeeded({ timeout: 1 })
      .catch(() => {}); // not loaded yet
    await page.mouse.wheel(0, 20_000);
    await rowOf(page, 'many-0.txt').waitFor();
    await page.getByRole('searchbox', { name: 'Search by file name' }).fill(' NEEDLE ');
    await rowOf(page, 'many-1.txt').first().waitFor({ state: 'detached' });
    expect(await page.locator('.jobs-table tbody tr').count()).toBe(1);
    await page.getByRole('combobox', { name: 'Status' }).selectOption('failed');
    await page.getByText('No job is like that').waitFor();
  });

  it('is as it was after a look at a job, and as new for the next reader', async () => {
    await completed('x', 'other.txt');
    await completed('x', 'wanted.txt');
    page = await browser.reader(service.url);
    await page.goto('/');
    await rowOf(page, 'other.txt').waitFor();
    const search = page.getByRole('searchbox', { name: 'Search by file name' });
    await search.fill('wanted');
    await rowOf(page, 'other.txt').waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'wanted.txt' }).click();
    await page.getByRole('heading', { name: 'wanted.txt' }).waitFor();
    await page.goBack();
    await rowOf(page, 'wanted.txt').waitFor();
    expect(await search.inputValue()).toBe('wanted');
    expect(await rowOf(page, 'other.txt').count()).toBe(0);
    await register(page, 'ada');
    await page.goto('/#/');
    await page.getByText('No jobs yet').waitFor();
    expect(await search.inputValue()).toBe('');
  });

  it('is where it was when one comes back', async () => {
    await client.allSettled(
      await Promise.all(
        Array.from({ length: 40 }, (_, i) => client.upload('x', { filename: `row-${i}.txt` })),
      ),
    );
    page = await browser.reader(service.url);
    await page.goto('/');
    await page.getByText('Live').waitFor();
    const last = page.locator('.jobs-table tbody tr').nth(30);
    const name = (await last.locator('.job-file').textContent())!;
    await page.getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { name }).waitFor();
    await page.goBack();
    await eventually('the row is in sight again', () =>
      page.evaluate(() => {
        const row = document.querySelectorAll('.jobs-table tbody tr')[30]?.getBoundingClientRect();
        return row !== undefined && row.top >= 0 && row.bottom <= window.innerHeight;
      }),
    );
  });

  it('loses a job that is deleted elsewhere, and so does the list of what was handed in', async () => {
    page = await browser.reader(service.url);
    await page.goto('/');
    await page.getByText('Live').waitFor();
    await pickFiles(page, { name: 'fleeting.txt', content: 'x' });
    await uploadOf(page, 'fleeting.txt').getByText('Completed').waitFor();
    await see(page, 'fleeting.txt', 'Completed');
    const [{ job_id }] = await client.jobs('?filename=fleeting.txt');
    (await client.delete(job_id)).ok();
    await rowOf(page, 'fleeting.txt').waitFor({ state: 'detached' });
    await uploadOf(page, 'fleeting.txt').waitFor({ state: 'detached' });
  });
});

describe('the page of a job', () => {
  it('shows how a job stands when an answer comes later than what happened after it', async () => {
    const gate = join(directory, 'late-gate');
    const { job_id } = await client.upload(gate, { filename: 'late.gated' });
    await client.running(job_id);
    page = await browser.reader(service.url);
    const answers: (() => Promise<void>)[] = [];
    await page.route(`**/jobs/${job_id}`, async (route) => {
      const response = await route.fetch();
      answers.push(() => route.fulfill({ response }));
    });
    await page.goto(`/#/jobs/${job_id}`);
    await eventually('the job is asked for again, once the page is live', () => answers.length > 1);
    writeFileSync(gate, '');
    await page.getByTestId('announcer').getByText('late.gated: completed').waitFor({ state: 'attached' });
    await answers.at(-1)!();
    await page.locator('.job-head').getByText('Completed').waitFor();
  });

  it('is there after a reload, with result, timeline and code', async () => {
    const { job_id } = await completed('a,b\n1,2\n3,4\n', 'linked.csv');
    page = await browser.reader(service.url);
    await page.goto(`/#/jobs/${job_id}`);
    await page.reload();
    await page.getByRole('heading', { name: 'linked.csv' }).waitFor();
    await page.getByRole('table').first().getByRole('rowheader', { name: 'a' }).waitFor();
    await page.getByRole('listitem').filter({ hasText: 'Handed in' }).waitFor();
    await page.getByRole('listitem').filter({ hasText: 'Completed' }).waitFor();
    await page.getByText(`${service.url}/jobs/${job_id}`).first().waitFor();
    expect(await page.title()).toBe('linked.csv · Filemill');
  });

  it('starts another processing with another processor', async () => {
    const { job_id } = await completed('a,b\n1,2\n', 'again.csv');
    page = await browser.reader(service.url);
    await page.goto(`/#/jobs/${job_id}`);
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByText('characters', { exact: true }).waitFor();
    expect(page.url()).not.toContain(job_id);
  });

  it('draws pictures and saves artifacts', async () => {
    const photo = join(__dirname, '../../src/processing/processors/image/fixtures/photo.jpg');
    page = await browser.reader(service.url);
    await page.goto('/');
    const opened = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose files' }).click();
    await (await opened).setFiles(photo);
    await page.getByRole('link', { name: 'photo.jpg' }).first().click();
    const picture = page.getByRole('img', { name: 'photo.jpg, as processed' });
    await picture.waitFor();
    await eventually('the picture is drawn', () =>
      picture.evaluate((img: HTMLImageElement) => img.naturalWidth > 0),
    );
    await page.getByText('FUJIFILM X-T5', { exact: true }).waitFor();
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download thumbnail.webp' }).click();
    expect((await saved).suggestedFilename()).toBe('thumbnail.webp');
  });

  it('says that the job was deleted, elsewhere or a moment ago', async () => {
    const elsewhere = await completed('x', 'elsewhere-gone.txt');
    await completed('x', 'here-gone.txt');
    page = await browser.reader(service.url);
    await page.goto('/');
    await page.getByText('Live').waitFor();
    await page.getByRole('link', { name: 'elsewhere-gone.txt' }).click();
    await page.locator('.job-head').getByText('Completed').waitFor();
    (await client.delete(elsewhere.job_id)).ok();
    await page.getByText('There is no such job').waitFor();
    expect(await page.getByRole('button', { name: 'Delete', exact: true }).count()).toBe(0);
    await page.getByRole('link', { name: 'All jobs' }).click();
    await page.getByRole('link', { name: 'here-gone.txt' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('heading', { name: 'Hand in files' }).waitFor();
    await page.goBack();
    await page.getByText('There is no such job').waitFor(); // once it cannot be undone any more
  });

  it('offers nothing that needs the file while there is none', async () => {
    const url = `${service.url}/nothing.txt`;
    const { job_id } = (await client.sendJson('/upload/url', { url })).ok().json<{ job_id: string }>();
    await client.settled(job_id);
    page = await browser.reader(service.url);
    await page.goto(`/#/jobs/${job_id}`);
    await page.getByRole('button', { name: 'Copy id' }).waitFor();
    expect(await page.getByRole('button', { name: 'Original' }).count()).toBe(0);
    expect(await page.getByRole('heading', { name: 'Process again' }).count()).toBe(0);
  });

  it('says why a job failed, and when there is none', async () => {
    const job = await client.upload(Buffer.from([0x63, 0xe9, 0x20]), { filename: 'latin1.txt' });
    await client.settled(job.job_id);
    page = await browser.reader(service.url);
    await page.goto(`/#/jobs/${job.job_id}`);
    await page.getByRole('alert').getByText('not valid UTF-8').waitFor();
    await page.goto('/#/jobs/019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5');
    await page.getByText('There is no such job').waitFor();
  });
});
