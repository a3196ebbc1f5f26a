import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page, Request } from 'playwright-core';
import { ChildServer } from '../support/child-server';
import { eventually } from '../support/eventually';
import { ServiceClient } from '../support/service-client';
import { register } from './support/accounts';
import { TestBrowser } from './support/browser';
import { pickFiles, pickFromDisk, uploadOf } from './support/upload';

const SIZE = 6_000_000;
const BYTES_PER_SECOND = 1_500_000;

let dataDir: string;
let files: string;
let server: ChildServer;
let browser: TestBrowser;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'filemill-resume-'));
  files = mkdtempSync(join(tmpdir(), 'filemill-resume-files-'));
  server = await ChildServer.start({ dataDir });
  browser = await TestBrowser.launch();
});
afterAll(async () => {
  await browser.close();
  await ChildServer.killAll();
  for (const directory of [dataDir, files]) rmSync(directory, { recursive: true, force: true });
});

/** How fast the page sends; as fast as it can when left out. */
async function setPace(page: Page, bytesPerSecond = -1): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const pace = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytesPerSecond };
  await session.send('Network.emulateNetworkConditions', pace);
}

/** Waits until a large file is on its way, slowly. */
async function begin(page: Page, name: string, pick: () => Promise<void>): Promise<void> {
  await page.goto('/background');
  await page.getByText('Live').waitFor();
  await setPace(page, BYTES_PER_SECOND);
  await pick();
  const bar = uploadOf(page, name).getByRole('progressbar');
  const sent = async () => Number(await bar.getAttribute('aria-valuenow'));
  await eventually('some of it is sent', async () => (await sent()) >= 10);
}

/** Goes on with the upload where it was, and makes of it the one file of its name. */
async function expectResumed(page: Page, name: string, content: Buffer, resume: () => Promise<void>) {
  const next = page.waitForRequest((request) => request.method() === 'PATCH');
  await setPace(page);
  await resume();
  expect(Number((await next).headers()['upload-offset'])).toBeGreaterThan(0);
  await uploadOf(page, name).getByText('Completed').waitFor();
  const client = new ServiceClient(server.url);
  const [job, ...others] = (await client.jobs()).filter(({ filename }) => filename === name);
  expect(others).toEqual([]);
  const sha256 = createHash('sha256').update(content).digest('hex');
  expect(await client.download(job.file_id)).toEqual({ status: 200, sha256 });
  browser.expectNoOffence();
}

it('pauses an upload, and goes on with it where it was after the service was restarted', async () => {
  const content = Buffer.alloc(SIZE, 'all work and no play\n');
  const page = await browser.reader(server.url);
  await begin(page, 'large.txt', () => pickFiles(page, { name: 'large.txt', content }));
  await page.getByRole('button', { name: 'Pause large.txt' }).click();
  await uploadOf(page, 'large.txt').getByText('Paused').waitFor();

  const { port } = new URL(server.url);
  await server.kill();
  server = await ChildServer.start({ dataDir, environment: { PORT: port } });

  await expectResumed(page, 'large.txt', content, () =>
    page.getByRole('button', { name: 'Resume large.txt' }).click(),
  );
});

it('asks before an upload is left, and goes on with it when the same file is chosen again', async () => {
  const content = Buffer.alloc(SIZE, 'all play and no work\n');
  const path = join(files, 'left.txt');
  writeFileSync(path, content);
  const page = await browser.reader(server.url);
  await begin(page, 'left.txt', () => pickFromDisk(page, path));
  const asked = page.waitForEvent('dialog');
  const left = page.goto('/background');
  const dialog = await asked;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.accept();
  await left;

  await page.getByText('Live').waitFor();
  await expectResumed(page, 'left.txt', content, () => pickFromDisk(page, path));
});

it('ends what is on its way when its reader logs out', async () => {
  const content = Buffer.alloc(SIZE, 'no play at all\n');
  const page = await browser.reader(server.url);
  await register(page, 'ada');
  await begin(page, 'in-pieces.txt', () => pickFiles(page, { name: 'in-pieces.txt', content }));
  await page.getByRole('radio', { name: 'Wait for the result' }).check();
  const isWhole = (request: Request) => request.url().endsWith('/upload');
  const begun = page.waitForRequest(isWhole);
  await pickFiles(page, { name: 'in-one.txt', content });
  await begun;

  const ends = [
    page.waitForEvent('requestfailed', isWhole),
    page.waitForEvent('requestfailed', (request) => request.method() === 'PATCH'),
  ];
  await page.getByRole('link', { name: 'ada' }).click();
  await page.getByRole('button', { name: 'Log out' }).click();
  await Promise.all(ends);

  await setPace(page);
  await page.getByRole('link', { name: 'Log in' }).waitFor();
  await page.getByRole('link', { name: 'Jobs' }).click();
  await page.getByRole('radio', { name: 'In the background' }).check();
  await pickFiles(page, { name: 'of-the-next.txt', content: 'one two' });
  await uploadOf(page, 'of-the-next.txt').getByText('Completed').waitFor();
  expect(await uploadOf(page, '').count()).toBe(1);
  browser.expectNoOffence();
});
