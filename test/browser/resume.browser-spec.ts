import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { ChildServer } from '../support/child-server';
import { eventually } from '../support/eventually';
import { ServiceClient } from '../support/service-client';
import { TestBrowser } from './support/browser';
import { pickFiles, uploadOf } from './support/upload';

const SIZE = 6_000_000;
const BYTES_PER_SECOND = 1_500_000;

let dataDir: string;
let server: ChildServer;
let browser: TestBrowser;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'filemill-resume-'));
  server = await ChildServer.start({ dataDir });
  browser = await TestBrowser.launch();
});
afterAll(async () => {
  await browser.close();
  await ChildServer.killAll();
  rmSync(dataDir, { recursive: true, force: true });
});

/** How fast the page sends; as fast as it can when left out. */
async function setPace(page: Page, bytesPerSecond = -1): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const pace = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytesPerSecond };
  await session.send('Network.emulateNetworkConditions', pace);
}

it('pauses an upload, and goes on with it where it was after the service was restarted', async () => {
  const content = Buffer.alloc(SIZE, 'all work and no play\n');
  const page = await browser.reader(server.url);
  await page.goto('/background');
  await page.getByText('Live').waitFor();
  await setPace(page, BYTES_PER_SECOND);
  await pickFiles(page, { name: 'large.txt', content });
  const bar = uploadOf(page, 'large.txt').getByRole('progressbar');
  const sent = async () => Number(await bar.getAttribute('aria-valuenow'));
  await eventually('some of it is sent', async () => (await sent()) >= 10);
  await page.getByRole('button', { name: 'Pause large.txt' }).click();
  await uploadOf(page, 'large.txt').getByText('Paused').waitFor();

  const { port } = new URL(server.url);
  await server.kill();
  server = await ChildServer.start({ dataDir, environment: { PORT: port } });

  const resumed = page.waitForRequest((request) => request.method() === 'PATCH');
  await setPace(page);
  await page.getByRole('button', { name: 'Resume large.txt' }).click();
  expect(Number((await resumed).headers()['upload-offset'])).toBeGreaterThan(0);
  await uploadOf(page, 'large.txt').getByText('Completed').waitFor();

  const client = new ServiceClient(server.url);
  const [job, ...others] = await client.jobs();
  expect(others).toEqual([]);
  const sha256 = createHash('sha256').update(content).digest('hex');
  expect(await client.download(job.file_id)).toEqual({ status: 200, sha256 });
  browser.expectNoOffence();
});
