import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startApp, type TestApp } from '../support/app';
import { register } from './support/accounts';
import { TestBrowser } from './support/browser';
import { PREFIX, startPrefixProxy } from './support/prefix-proxy';
import { pickFiles, see, uploadOf } from './support/upload';

let service: TestApp;
let proxy: Server;
let browser: TestBrowser;
beforeAll(async () => {
  service = await startApp();
  proxy = await startPrefixProxy(new URL(service.url).port);
  browser = await TestBrowser.launch();
});
afterAll(async () => {
  await browser.close();
  proxy.closeAllConnections();
  proxy.close();
  await service.close();
});

it('works below a path of a proxy', async () => {
  const { port } = proxy.address() as AddressInfo;
  const page = await browser.reader(`http://127.0.0.1:${port}`);
  const missing: string[] = [];
  page.on('response', (response) => response.status() >= 400 && missing.push(response.url()));
  await page.goto(`${PREFIX}/background`);
  await page.getByText('Live').waitFor();
  await pickFiles(page, { name: 'piecewise.txt', content: 'one two' });
  await uploadOf(page, 'piecewise.txt').getByText('1 line, 2 words').waitFor();
  await page.getByRole('radio', { name: 'Wait for the result' }).check();
  await pickFiles(page, { name: 'waited.txt', content: 'one' });
  await uploadOf(page, 'waited.txt').getByText('1 line, 1 word').waitFor();
  await see(page, 'waited.txt', 'Completed');
  await page.getByRole('link', { name: 'waited.txt' }).first().click();
  await page.reload();
  await page.getByRole('heading', { name: 'waited.txt' }).waitFor();
  await page.getByRole('link', { name: 'Insight' }).click();
  await page.getByRole('img', { name: 'Ended, by status: In the last hour: 2 completed.' }).waitFor();
  expect(missing).toEqual([]);
  browser.expectNoOffence();
});

it('keeps a reader logged in below it', async () => {
  const { port } = proxy.address() as AddressInfo;
  const page = await browser.reader(`http://127.0.0.1:${port}`);
  await register(page, 'ada', PREFIX);
  await page.reload();
  await page.getByRole('link', { name: 'ada' }).waitFor();
  const [cookie, ...others] = await page
    .context()
    .cookies(`http://127.0.0.1:${port}${PREFIX}/auth/cookie/refresh`);
  expect(cookie).toMatchObject({ httpOnly: true, path: `${PREFIX}/auth/cookie` });
  expect(others).toEqual([]);
  browser.expectNoOffence();
});
