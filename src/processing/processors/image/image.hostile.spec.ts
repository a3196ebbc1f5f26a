import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DomainError } from '../../../platform/errors/domain-error';
import { runOnFile } from '../../../plugin-api/processor.harness';
import { memoryTaken } from '../../../plugin-api/resources.harness';
import { blackPng, manyFrames, manyPages } from './image.harness';
import { run } from './image.worker';

const directory = mkdtempSync(join(tmpdir(), 'image-hostile-'));
const path = join(directory, 'file');
const fixtures = join(__dirname, 'fixtures');

afterAll(() => rmSync(directory, { recursive: true }));

async function failure(content: Uint8Array): Promise<unknown> {
  writeFileSync(path, content);
  return runOnFile(run, path).then(
    () => 'processed',
    (error: unknown) => error,
  );
}

const invalid = { problem: { code: 'invalid_image', status: 422 } };

describe.each(readdirSync(fixtures))('%s', (name) => {
  const whole = readFileSync(join(fixtures, name));

  it.each([0.01, 0.3, 0.6, 0.9])('cut at %f fails, and not by a path', async (fraction) => {
    const error = await failure(whole.subarray(0, Math.floor(whole.length * fraction)));
    expect(error).toMatchObject(invalid);
    expect((error as Error).message).not.toContain(directory);
    expect((error as Error).message).toMatch(/^The image cannot be decoded: \S.*\.$/);
  });
});

it.each([
  ['a program', Buffer.from(`MZ\x90\0\x03${'\0'.repeat(500)}PE\0\0`, 'latin1')],
  ['a page', Buffer.from('<!doctype html><script>alert(1)</script>')],
  ['a drawing', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')],
  ['nothing', Buffer.alloc(0)],
  ['a signature alone', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')],
])('%s under the name of an image fails', async (_what, content) => {
  expect(await failure(content)).toMatchObject(invalid);
});

it('keeps what a decoder said as the cause, for the log', async () => {
  const error = await failure(readFileSync(join(fixtures, 'photo.jpg')).subarray(0, 3000));
  expect(error).toMatchObject({
    message: 'The image cannot be decoded: VipsJpeg: premature end of JPEG image.',
    cause: { message: expect.stringContaining('premature end') },
  });
});

it('a GIF with something behind its end is whole', async () => {
  const gif = readFileSync(join(fixtures, 'animated.gif'));
  writeFileSync(path, Buffer.concat([gif, Buffer.from('left over')]));
  expect((await runOnFile(run, path)).result).toMatchObject({ pages: 4 });
});

it('a PNG of 16,000² pixels and 800 KB fails before it is decoded', async () => {
  const png = blackPng(16_000, 16_000);
  expect(png.length).toBeLessThan(800_000);
  let error: unknown;
  expect(await memoryTaken(async () => (error = await failure(png)))).toBeLessThan(32);
  expect(error).toMatchObject({
    problem: { code: 'image_too_large', status: 422 },
    extensions: { width: 16_000, height: 16_000 },
  });
});

it('a PNG of the most pixels that are taken is processed in bounded memory', async () => {
  writeFileSync(path, blackPng(10_000, 10_000));
  let width = 0;
  const taken = await memoryTaken(async () => (width = (await runOnFile(run, path)).result.width));
  expect(width).toBe(10_000);
  expect(taken).toBeLessThan(200);
});

it.each([
  ['a GIF of 400,000 frames', () => manyFrames(400_000), 400_000],
  ['a TIFF of 20,000 pages', () => manyPages(20_000), 20_000],
])('%s fails, in bounded memory', async (_what, make, pages) => {
  const content = make();
  let error: unknown;
  expect(await memoryTaken(async () => (error = await failure(content)))).toBeLessThan(64);
  expect(error).toMatchObject({
    problem: { code: 'image_too_many_pages', status: 422 },
    extensions: { pages },
  });
});

it.each([
  ['a GIF of 1,000 frames', () => manyFrames(1000)],
  ['a TIFF of 1,000 pages', () => manyPages(1000)],
])('%s is processed', async (_what, make) => {
  writeFileSync(path, make());
  expect((await runOnFile(run, path)).result).toMatchObject({ pages: 1000, width: 1, height: 1 });
});

it('a file that is gone is no fault of its content', async () => {
  const gone = join(directory, 'gone');
  const input = {
    path: gone,
    sizeBytes: 1,
    filename: 'a.png',
    contentType: 'image/png',
    options: { gps: false },
  };
  const error = await run({ ...input, progress: () => {}, artifact: async () => {} }).catch(
    (e: unknown) => e,
  );
  expect(error).toMatchObject({ code: 'ENOENT' });
  expect(error).not.toBeInstanceOf(DomainError);
});
