import { fileTypeFromBuffer } from 'file-type';
import { readFileSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';

import { zipOf } from './archive.harness';
import { ArchiveProcessor } from './archive.processor';

const archiveProcessor = new ArchiveProcessor();

const fixtures = join(__dirname, 'fixtures');
const contentOf = (extension: string) =>
  archiveProcessor.accepts.find((type) => type.extension === extension)?.content;

it.each(readdirSync(fixtures))('content sniffing lets %s in under its name', async (name) => {
  const sniffed = await fileTypeFromBuffer(readFileSync(join(fixtures, name)).subarray(0, 4100));
  expect(contentOf(extname(name))).toContain(sniffed?.mime);
});

it.each([
  ['without entries', zipOf([])],
  ['of a Java project', zipOf([{ name: 'META-INF/MANIFEST.MF', data: 'a' }])],
])('content sniffing lets a zip %s in', async (_what, zip) => {
  expect(contentOf('.zip')).toContain((await fileTypeFromBuffer(zip))?.mime);
});

function forbidden(): never {
  throw new Error('loaded at run time');
}

it('is described without loading what reads archives', () => {
  jest.isolateModules(() => {
    jest.doMock('yauzl', forbidden);
    expect(() => jest.requireActual('./archive.processor')).not.toThrow();
    expect(() => jest.requireActual('./archive.worker')).toThrow('loaded at run time');
  });
});
