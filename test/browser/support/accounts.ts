import type { Page } from 'playwright-core';
import { PASSWORD } from '../../support/accounts';

/** Makes an account on the page, and is logged in with it. @param below - the path at which the service is */
export async function register(page: Page, username: string, below = ''): Promise<void> {
  await page.goto(`${below}/#/register`);
  await page.getByLabel('User name').fill(username);
  await page.getByLabel('Email address').fill(`${username}@example.org`);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Register' }).click();
  await page.getByRole('link', { name: username }).waitFor();
}
