import type { Page } from 'playwright-core';
import { newUser, PASSWORD } from '../support/accounts';
import { startApp, type TestApp } from '../support/app';
import { Client } from '../support/client';
import { register } from './support/accounts';
import { TestBrowser } from './support/browser';
import { pickFiles, rowOf, see } from './support/upload';

let service: TestApp;
let closed: TestApp;
let browser: TestBrowser;
beforeAll(async () => {
  service = await startApp();
  closed = await startApp({ environment: { AUTH_REQUIRED: 'true' } });
  browser = await TestBrowser.launch();
});
afterAll(async () => {
  await browser.close();
  await service.close();
  await closed.close();
});
afterEach(() => browser.expectNoOffence());

async function login(page: Page, username: string, password = PASSWORD): Promise<void> {
  await page.getByLabel('User name or email address').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

describe('readers with an account', () => {
  it('see their own files, and nobody else does', async () => {
    const ada = await browser.reader(service.url);
    const grace = await browser.reader(service.url);
    await register(ada, 'ada');
    await register(grace, 'grace');
    await pickFiles(ada, { name: 'of-ada.txt', content: 'mine' });
    await see(ada, 'of-ada.txt', 'Completed');
    await ada.getByRole('radio', { name: 'In the background' }).check();
    await pickFiles(ada, { name: 'in-pieces.txt', content: 'mine too' });
    await see(ada, 'in-pieces.txt', 'Completed');
    await pickFiles(grace, { name: 'of-grace.txt', content: 'hers' });
    await see(grace, 'of-grace.txt', 'Completed');
    expect(await rowOf(grace, '').count()).toBe(1);
    expect(await rowOf(ada, '').count()).toBe(2);
    expect(await new Client(service.url).jobs()).toEqual([]);

    const jobPage = await ada.getByRole('link', { name: 'of-ada.txt' }).first().getAttribute('href');
    await grace.goto(`/${jobPage}`);
    await grace.getByText('There is no such job').waitFor();
    await ada.context().close();
    await grace.context().close();
  });

  it('stay logged in over a reload, by a cookie that no script reads, until they log out', async () => {
    await newUser(service.url, 'edsger');
    const page = await browser.reader(service.url);
    await page.goto('/#/login');
    await login(page, 'edsger', 'wrong');
    await page.getByRole('alert').getByText('Name or password is wrong').waitFor();
    await login(page, 'edsger');
    await page.getByRole('link', { name: 'edsger' }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'edsger' }).click();

    const [cookie] = await page.context().cookies(`${service.url}/auth/cookie/refresh`);
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/auth/cookie' });
    expect(
      await page.evaluate(() => document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage })),
    ).not.toMatch(/eyJ|refresh/);
    await page.route('**/auth/cookie/logout', (route) => route.abort());
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByText('Not logged out: The service does not answer.').waitFor();
    await page.unroute('**/auth/cookie/logout');
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('link', { name: 'Log in' }).waitFor();
    expect(await page.context().cookies(`${service.url}/auth/cookie/refresh`)).toEqual([]);
    await page.context().close();
  });

  it('make keys, which are shown once and work until they are deleted', async () => {
    const page = await browser.reader(service.url);
    await register(page, 'barbara');
    await page.goto('/#/account');
    await page.getByLabel('What it is for').fill('nightly import');
    await page.getByRole('button', { name: 'Make a key' }).click();
    const key = await page.locator('.notice-good code').textContent();
    const machine = new Client(service.url, { 'x-api-key': key! });
    expect((await machine.send('/users/me')).ok().json()).toMatchObject({ username: 'barbara' });
    const row = page.getByRole('row', { name: 'nightly import' });
    await row.getByRole('button', { name: 'Delete' }).click();
    await row.getByRole('button', { name: 'Delete for good?' }).click();
    await page.getByText('No keys yet').waitFor();
    await page.locator('.notice-good').waitFor({ state: 'detached' });
    expect((await machine.send('/users/me')).status).toBe(401);
    await page.context().close();
  });

  it('choose whether they are mailed, which is remembered', async () => {
    const page = await browser.reader(service.url);
    await register(page, 'katherine');
    await page.goto('/#/account');
    const choice = page.getByRole('checkbox', { name: 'Mail me when a job has ended' });
    await choice.check();
    await page.getByText('You get a mail for each job that has ended.').waitFor();
    await page.reload();
    await choice.waitFor();
    expect(await choice.isChecked()).toBe(true);
    await choice.uncheck();
    await page.getByText('You get no mails about jobs.').waitFor();
    const digest = page.getByRole('combobox', { name: 'Mail me a report of my jobs' });
    await digest.selectOption('Every week');
    await page.getByText('You get a digest of each week with jobs.').waitFor();
    await page.reload();
    await digest.waitFor();
    expect([await digest.inputValue(), await choice.isChecked()]).toEqual(['weekly', false]);
    await page.context().close();
  });

  it('stay logged in when their token has ended, and their cookie gives another', async () => {
    const page = await browser.reader(service.url);
    await register(page, 'dennis');
    const ended = {
      code: 'invalid_token',
      status: 401,
      title: 'Not valid',
      detail: 'It has ended.',
      type: '',
    };
    await page.route(
      /\/reports\?/,
      (route) =>
        route.fulfill({
          status: 401,
          headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
          contentType: 'application/problem+json',
          body: JSON.stringify(ended),
        }),
      { times: 1 },
    );
    const refreshed = page.waitForResponse(/\/auth\/cookie\/refresh$/);
    await page.getByRole('link', { name: 'Reports' }).click();
    expect((await refreshed).status()).toBe(200);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('No reports yet').waitFor();
    await page.getByRole('link', { name: 'dennis' }).waitFor();
    await page.context().close();
  });

  it('are led to what is wrong', async () => {
    const page = await browser.reader(service.url);
    await register(page, 'alan');
    await page.getByRole('link', { name: 'alan' }).click();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('link', { name: 'Log in' }).waitFor(); // until then what is typed goes with the session
    await page.goto('/#/register');
    const focus = page.locator(':focus');
    await page.getByLabel('User name').fill('-alan');
    await page.getByLabel('Email address').fill('other@example.org');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Register' }).click();
    await page.getByLabel('User name').and(focus).waitFor();
    await page.getByLabel('User name').fill('alan');
    await page.getByRole('button', { name: 'Register' }).click();
    await page.getByRole('alert').filter({ hasText: 'taken' }).and(focus).waitFor();
    await page.context().close();
  });
});

it('asks for an account where none but those who have one are served', async () => {
  const page = await browser.reader(closed.url);
  await page.goto('/background');
  await page.getByText('This service is for those who have an account.').waitFor();
  await page.getByRole('link', { name: 'Register' }).click();
  await register(page, 'ada');
  await page.getByText('No jobs yet').waitFor();
  await page.context().close();
});

it('shows what was asked for once its reader is logged in, and no form to those who are', async () => {
  await newUser(closed.url, 'grace');
  const page = await browser.reader(closed.url);
  await page.goto('/#/insight');
  await login(page, 'grace');
  await page.getByRole('img', { name: 'Ended, by status' }).waitFor();
  for (const form of ['login', 'register']) {
    await page.goto(`/#/${form}`);
    await page.waitForURL(({ hash }) => hash === '#/');
    await page.getByText('No jobs yet').waitFor();
  }
  await page.context().close();
});

it.each(['Wait for the result', 'In the background'])(
  'says that a session has ended elsewhere when a file is handed in: %s',
  async (way) => {
    const page = await browser.reader(service.url);
    const username = way.replaceAll(' ', '-');
    await register(page, username);
    await page.getByRole('radio', { name: way }).check();
    await page.getByText('Live').waitFor();
    const other = await page.context().newPage();
    await other.goto('/#/account');
    await other.getByRole('button', { name: 'Log out' }).click();
    await other.getByRole('link', { name: 'Log in' }).waitFor();

    await pickFiles(page, { name: 'late.txt', content: 'late' });
    await page.getByRole('alert').getByText('Your session has ended').waitFor();
    await page.getByRole('link', { name: 'Log in' }).waitFor();
    await page.context().close();
  },
);

it('says that the service does not answer, and begins when it does', async () => {
  const page = await browser.reader(service.url);
  await page.route('**/auth/cookie/refresh', (route) => route.abort());
  await page.goto('/');
  await page.getByRole('alert').getByText('The service does not answer').waitFor();
  await page.unroute('**/auth/cookie/refresh');
  await page.getByRole('link', { name: 'Log in' }).waitFor();
  await page.getByRole('alert').waitFor({ state: 'detached' });
  await page.context().close();
});
