import { fileTypeFromBuffer } from 'file-type';
import { readFileSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import sharp from 'sharp';

import { ImageProcessor } from './image.processor';

const imageProcessor = new ImageProcessor();

const fixtures = join(__dirname, 'fixtures');
const contentOf = (extension: string) =>
  imageProcessor.accepts.find((type) => type.extension === extension)?.content;

it.each(readdirSync(fixtures))('content sniffing lets %s in under its name', async (name) => {
  const sniffed = await fileTypeFromBuffer(readFileSync(join(fixtures, name)));
  expect(contentOf(extname(name))).toContain(sniffed?.mime);
});

it('lets nothing in under the name of another format', async () => {
  const gif = await fileTypeFromBuffer(readFileSync(join(fixtures, 'animated.gif')));
  for (const { extension, content } of imageProcessor.accepts) {
    expect(content.includes(gif?.mime ?? '')).toBe(extension === '.gif');
  }
});

it('takes no format that libvips was built without, and none that a browser runs', () => {
  const readable = new Set(Object.values(sharp.format).flatMap(({ input }) => input.fileSuffix ?? []));
  const extensions = imageProcessor.accepts.map(({ extension }) => extension);
  expect(extensions.filter((extension) => !readable.has(extension))).toEqual([]);
  expect(extensions).not.toContain('.svg');
});

function forbidden(): never {
  throw new Error('loaded at run time');
}

it('is described without loading sharp', () => {
  jest.isolateModules(() => {
    jest.doMock('sharp', forbidden);
    expect(() => jest.requireActual('./image.processor')).not.toThrow();
    expect(() => jest.requireActual('./image.worker')).toThrow('loaded at run time');
  });
});
