import type { Page } from 'playwright-core';
import { startApp, type TestApp } from '../support/app';
import { Client } from '../support/client';
import { TestBrowser } from './support/browser';
import { dropFiles, pickFiles, rowOf, see, uploadOf } from './support/upload';

let service: TestApp;
let browser: TestBrowser;
let page: Page;
beforeAll(async () => {
  service = await startApp({ environment: { MAX_FILE_SIZE_BYTES: '1000' } });
  browser = await TestBrowser.launch();
});
afterAll(async () => {
  await browser.close();
  await service.close();
});
afterEach(async () => {
  await page.context().close();
  browser.expectNoOffence();
});

describe('the page', () => {
  it('waits for the result of a file from the picker, and shows it with the times', async () => {
    page = await browser.reader(service.url);
    await page.goto('/');
    await page.getByText('No jobs yet').waitFor();
    await pickFiles(page, { name: 'picked.txt', content: 'hello wide world\n' });
    const card = uploadOf(page, 'picked.txt');
    await card.getByText('1 line, 3 words, 17 characters').waitFor();
    await card.getByText(/Answered after .* taken in within .* processed in/).waitFor();
    await see(page, 'picked.txt', 'Completed');
  });

  it('takes dropped files in the background, and shows them complete without a reload', async () => {
    page = await browser.reader(service.url);
    await page.goto('/background');
    expect(await page.getByRole('radio', { name: 'In the background' }).isChecked()).toBe(true);
    await page.getByText('Live').waitFor(); // what happens before is shown, but announced to nobody
    await dropFiles(
      page,
      { name: 'one.txt', content: 'one' },
      { name: 'two.csv', content: 'a,b\n1,2\n3,4\n' },
    );
    await uploadOf(page, 'one.txt').getByText('1 line, 1 word, 3 characters').waitFor();
    await uploadOf(page, 'two.csv').getByText('2 rows, 2 columns').waitFor();
    await see(page, 'one.txt', 'Completed');
    await see(page, 'two.csv', 'Completed');
    await page
      .getByTestId('announcer')
      .getByText(/: completed$/)
      .waitFor({ state: 'attached' });
  });

  it('takes no dropped files on other pages, and does not let the browser open them either', async () => {
    page = await browser.reader(service.url);
    await page.goto('/#/reports');
    await page.getByText('No reports yet').waitFor();
    const passedOn = await page.evaluate(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['x'], 'x.txt'));
      const dragged = { dataTransfer, bubbles: true, cancelable: true };
      return ['dragover', 'drop'].filter((type) => document.body.dispatchEvent(new DragEvent(type, dragged)));
    });
    expect(passedOn).toEqual([]);
  });

  it('takes pasted files', async () => {
    page = await browser.reader(service.url);
    await page.goto('/');
    await page.getByText('Live').waitFor();
    await page.evaluate(() => {
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File(['pasted words'], 'pasted.txt'));
      window.dispatchEvent(new ClipboardEvent('paste', { clipboardData }));
    });
    await uploadOf(page, 'pasted.txt').getByText('1 line, 2 words, 12 characters').waitFor();
  });

  it('sends again what got no answer, and hands in no second file when it had arrived', async () => {
    page = await browser.reader(service.url);
    await page.goto('/');
    await page.route('**/upload', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await pickFiles(page, { name: 'lost-answer.txt', content: 'one two three' });
    await uploadOf(page, 'lost-answer.txt').getByText('The service does not answer').waitFor();
    await see(page, 'lost-answer.txt', 'Completed');
    await page.unroute('**/upload');
    await page.getByRole('button', { name: 'Try again' }).click();
    await uploadOf(page, 'lost-answer.txt').getByText('1 line, 3 words').waitFor();
    expect(await rowOf(page, 'lost-answer.txt').count()).toBe(1);
  });

  it('keeps the choice in its address', async () => {
    page = await browser.reader(service.url);
    await page.goto('/');
    await page.getByRole('radio', { name: 'In the background' }).check();
    expect(new URL(page.url()).pathname).toBe('/background');
    await page.getByRole('radio', { name: 'Wait for the result' }).check();
    expect(new URL(page.url()).pathname).toBe('/');
  });

  it.each(['/', '/background'])('says on %s which files are not accepted, and why', async (path) => {
    page = await browser.reader(service.url);
    await page.goto(path);
    await page.getByText('Up to 1.0 kB each').waitFor();
    await pickFiles(
      page,
      { name: 'program.exe', content: 'MZ' },
      { name: 'large.txt', content: 'x'.repeat(1001) },
    );
    await uploadOf(page, 'program.exe')
      .getByText('Files of the type .exe cannot be processed here.')
      .waitFor();
    await uploadOf(page, 'large.txt').getByText('The file is too large').waitFor();
    await pickFiles(page, { name: 'not-really.png', content: 'just text' });
    await uploadOf(page, 'not-really.png').getByText('The name ends in .png, but the content is').waitFor();
    expect(await rowOf(page, 'not-really.png').count()).toBe(0);
  });

  it('sends what goes along with a file', async () => {
    page = await browser.reader(service.url);
    await page.goto('/background');
    await page.getByText('Details and processor').click();
    await page.getByLabel('Tags').fill('invoice, 2026');
    await page.getByRole('combobox', { name: 'Processor' }).first().selectOption('text');
    await page.getByRole('combobox', { name: 'Priority' }).selectOption('Before my other jobs');
    await page.getByLabel('Category').fill('typed');
    await page.getByLabel('Category').fill('');
    await pickFiles(page, { name: 'tagged.csv', content: 'a,b\n' });
    await uploadOf(page, 'tagged.csv').getByText('1 line, 1 word').waitFor();
    const client = new Client(service.url);
    expect((await client.jobs())[0].priority).toBe('high');
    expect((await client.files())[0]).toMatchObject({ category: null, tags: ['invoice', '2026'] });
    await page.getByRole('textbox', { name: 'Tag', exact: true }).fill('invoice');
    await rowOf(page, 'picked.txt').waitFor({ state: 'detached' });
    await rowOf(page, 'tagged.csv').waitFor();
    expect(await page.locator('.jobs-table tbody tr').count()).toBe(1);
  });
});
