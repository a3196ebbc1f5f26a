import type { FileChooser, Page } from 'playwright-core';

export interface PageFile {
  readonly name: string;
  readonly content: string | Buffer;
}

const toPayload = ({ name, content }: PageFile) => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(content),
});

/** Through the file picker, as it opens from its button. */
export async function pickFiles(page: Page, ...files: PageFile[]): Promise<void> {
  await (await openPicker(page)).setFiles(files.map(toPayload));
}

/** The same for a file on the disk: picked again, it is the same file. */
export async function pickFromDisk(page: Page, path: string): Promise<void> {
  await (await openPicker(page)).setFiles(path);
}

async function openPicker(page: Page): Promise<FileChooser> {
  const opened = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose files' }).click();
  return opened;
}

/** Dragged onto the page from outside. */
export async function dropFiles(page: Page, ...files: PageFile[]): Promise<void> {
  const contents = files.map(({ name, content }) => ({ name, text: content.toString() }));
  const transfer = await page.evaluateHandle((given) => {
    const data = new DataTransfer();
    for (const { name, text } of given) data.items.add(new File([text], name));
    return data;
  }, contents);
  for (const type of ['dragenter', 'dragover', 'drop'])
    await page.locator('body').dispatchEvent(type, { dataTransfer: transfer });
}

/** What the page shows of a file that was handed in. */
export const uploadOf = (page: Page, name: string) =>
  page.getByRole('list', { name: 'Files handed in' }).getByRole('listitem').filter({ hasText: name });

/** The row of a job in the table. */
export const rowOf = (page: Page, name: string) =>
  page.locator('.jobs-table tbody tr').filter({ hasText: name });

export async function see(page: Page, name: string, words: string | RegExp): Promise<void> {
  await rowOf(page, name).filter({ hasText: words }).waitFor();
}
