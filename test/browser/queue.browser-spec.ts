import { startApp, type TestApp } from '../support/app';
import { register } from './support/accounts';
import { TestBrowser } from './support/browser';

let service: TestApp;
let browser: TestBrowser;
beforeAll(async () => {
  service = await startApp({ environment: { REDIS_URL: '', ADMIN_EMAILS: 'root@example.org' } });
  browser = await TestBrowser.launch();
});
afterAll(async () => {
  await browser.close();
  await service.close();
});

it('offers an administrator no pages of the queue where no queue lies in Redis', async () => {
  const page = await browser.reader(service.url);
  const answered = page.waitForResponse(/\/readyz$/);
  await register(page, 'root');
  await answered;
  await page.getByRole('link', { name: 'Insight' }).click();
  await page.getByRole('heading', { name: 'Insight' }).waitFor();
  expect(await page.getByRole('link', { name: 'Queue' }).count()).toBe(0);
  browser.expectNoOffence();
});
