import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { runOnFile } from '../../../plugin-api/processor.harness';
import { tarOf, zipOf, type TarEntry, type ZipEntry } from './archive.harness';
import { run } from './archive.worker';

const directory = mkdtempSync(join(tmpdir(), 'archive-worker-'));
const path = join(directory, 'file');

afterAll(() => rmSync(directory, { recursive: true }));

const fixture = (name: string): string => join(__dirname, 'fixtures', name);

async function resultOf(content: Uint8Array, filename = 'file') {
  writeFileSync(path, content);
  return (await runOnFile(run, path, { filename })).result;
}

const zip = (...entries: ZipEntry[]) => resultOf(zipOf(entries));
const tar = (...entries: TarEntry[]) => resultOf(tarOf(entries));

const DEEP = `src/${'d'.repeat(120)}`;
const LONG = `${DEEP}/${'n'.repeat(60)}.txt`;

/** `unzip -l` 6.00: lengths and names, in order. */
const UNZIP_INFO_ZIP = [
  [0, 'src/'],
  [0, 'src/empty.txt'],
  [9, 'src/link'],
  [6, 'src/hello.txt'],
  [0, `${DEEP}/`],
  [5, LONG],
  [0, 'src/sub/'],
  [16, 'src/sub/out'],
  [0, 'src/sub/empty/'],
  [6, 'src/sub/hard.txt'],
  [8893, 'src/sub/numbers.txt'],
  [1, 'src/sub/naïve 日本.txt'],
];

/** `tar -tvf` of GNU tar 1.34: type, length and name, in order; the same for both formats. */
const TAR_LONG_NAMES = [
  ['d', 0, 'src/'],
  ['d', 0, `${DEEP}/`],
  ['-', 5, LONG],
  ['-', 0, 'src/empty.txt'],
  ['-', 6, 'src/hello.txt'],
  ['l', 0, 'src/link'],
  ['d', 0, 'src/sub/'],
  ['d', 0, 'src/sub/empty/'],
  ['h', 0, 'src/sub/hard.txt'],
  ['-', 1, 'src/sub/naïve 日本.txt'],
  ['-', 8893, 'src/sub/numbers.txt'],
  ['l', 0, 'src/sub/out'],
];

const LETTER: Record<string, string> = { file: '-', directory: 'd', symlink: 'l', link: 'h' };

describe('against other programs', () => {
  it('lists what unzip lists', async () => {
    const { result } = await runOnFile(run, fixture('info-zip.zip'));
    expect(result.listing.map(({ path: name, size_bytes }) => [size_bytes, name])).toEqual(UNZIP_INFO_ZIP);
    expect(result).toMatchObject({
      processor: 'archive',
      format: 'zip',
      entries: 12,
      files: 6,
      directories: 4,
      links: 2,
      uncompressed_bytes: 8936,
      compressed_bytes: 6691,
      compression_ratio: 1.336,
      largest_entry: { path: 'src/sub/numbers.txt', type: 'file', size_bytes: 8893, unsafe: false },
      unsafe_paths: 0,
      duplicate_paths: 0,
      encrypted: false,
      unread_entries: 0,
    });
  });

  it('reads a zip with its sizes behind the data as unzip does', async () => {
    const { result } = await runOnFile(run, fixture('streamed.zip'));
    expect(result).toMatchObject({ entries: 10, uncompressed_bytes: 8911, unread_entries: 0 });
  });

  it.each([
    ['encrypted.zip', 2, 2, 8899],
    ['aes.zip', 1, 1, 6],
  ])('lists %s as unzip does, unread', async (name, entries, unread_entries, stated) => {
    const { result } = await runOnFile(run, fixture(name));
    expect(result).toMatchObject({ entries, unread_entries, encrypted: true, uncompressed_bytes: 0 });
    expect(result.listing.reduce((sum, { size_bytes }) => sum + size_bytes, 0)).toBe(stated);
  });

  it('reads what it can of a zip that uses another method', async () => {
    const { result } = await runOnFile(run, fixture('bzip2.zip'));
    expect(result).toMatchObject({ entries: 2, unread_entries: 1, encrypted: false, uncompressed_bytes: 6 });
    expect(result.listing.map(({ size_bytes }) => size_bytes)).toEqual([6, 8893]);
  });

  it.each(['gnu.tar.gz', 'pax.tgz'])('lists of %s what tar lists', async (name) => {
    const { result } = await runOnFile(run, fixture(name));
    expect(result.listing.map((entry) => [LETTER[entry.type], entry.size_bytes, entry.path])).toEqual(
      TAR_LONG_NAMES,
    );
    expect(result).toMatchObject({
      format: 'tar.gz',
      entries: 12,
      files: 5,
      directories: 4,
      links: 3,
      uncompressed_bytes: 8905,
      unsafe_paths: 0,
    });
  });

  it.each([
    ['ustar.tar', ['-', 'l', 'h', 'l', 'd'], 6],
    ['v7.tar', ['-', 'd', '-'], 8899],
  ])('reads %s as tar does', async (name, types, bytes) => {
    const { result } = await runOnFile(run, fixture(name));
    expect(result.listing.map(({ type }) => LETTER[type])).toEqual(types);
    expect(result).toMatchObject({ format: 'tar', uncompressed_bytes: bytes });
  });

  it('counts what gzip -dc gives, and names it as gzip -lN does', async () => {
    const { result } = await runOnFile(run, fixture('numbers.txt.gz'), { filename: 'renamed.gz' });
    expect(result).toMatchObject({ format: 'gz', entries: 1, files: 1, uncompressed_bytes: 8893 });
    expect(result.listing).toEqual([{ path: 'numbers.txt', type: 'file', size_bytes: 8893, unsafe: false }]);
  });

  it('reads a gzip of two members as one file, under the name of the upload', async () => {
    const { result } = await runOnFile(run, fixture('members.gz'));
    expect(result.listing).toEqual([{ path: 'members', type: 'file', size_bytes: 12, unsafe: false }]);
  });
});

describe('formats', () => {
  it('goes by the content, not by the name', async () => {
    const archive = tarOf([{ name: 'a', data: 'b' }]);
    expect(await resultOf(gzipSync(archive), 'a.gz')).toMatchObject({ format: 'tar.gz', entries: 1 });
    expect(await resultOf(gzipSync('text'), 'a.tgz')).toMatchObject({ format: 'gz', entries: 1 });
    expect(await resultOf(gzipSync(zipOf([])), 'a.gz')).toMatchObject({ format: 'gz', entries: 1 });
  });

  it.each([
    ['zip', zipOf([]), 'zip'],
    ['tar', tarOf([]), 'tar'],
    ['tar.gz', gzipSync(tarOf([])), 'tar.gz'],
  ])('takes a %s without entries', async (extension, content, format) => {
    expect(await resultOf(content, `a.${extension}`)).toMatchObject({
      format,
      entries: 0,
      largest_entry: null,
      listing: [],
      compression_ratio: 0,
    });
  });

  it('takes a gzip of nothing', async () => {
    expect(await resultOf(gzipSync(''), 'a.gz')).toMatchObject({ entries: 1, uncompressed_bytes: 0 });
  });

  it('reads zip64', async () => {
    const entries = [
      { name: 'a', data: 'one', isZip64: true },
      { name: 'b', data: 'four', isZip64: true },
    ];
    const result = await resultOf(zipOf(entries, { isZip64: true }));
    expect(result).toMatchObject({ entries: 2, uncompressed_bytes: 7 });
  });

  it.each([0, 8])('counts a large entry of method %i', async (method) => {
    const data = Buffer.alloc(3_000_000, 'large entry ');
    expect(await zip({ name: 'a', data, method }, { name: 'b', data: 'x' })).toMatchObject({
      uncompressed_bytes: 3_000_001,
      largest_entry: { path: 'a', size_bytes: 3_000_000 },
    });
  });

  it('does not open an archive within the archive', async () => {
    const inner = zipOf([{ name: 'a' }, { name: 'b' }]);
    expect(await zip({ name: 'inner.zip', data: inner })).toMatchObject({
      entries: 1,
      uncompressed_bytes: inner.length,
    });
  });

  it('takes a type of tar entry that it does not know for a file', async () => {
    expect(await tar({ name: 'a', flag: 'Z', data: 'abc' })).toMatchObject({
      files: 1,
      uncompressed_bytes: 3,
    });
  });
});

describe('paths', () => {
  const unsafe = ['/a', '../a', 'a/../../b', 'C:\\a', '..\\a', 'a\0b'];

  it('counts the unsafe ones of a zip', async () => {
    const result = await zip(...['safe', ...unsafe].map((name) => ({ name })));
    expect(result.unsafe_paths).toBe(unsafe.length);
    expect(result.listing.map((entry) => entry.unsafe)).toEqual([false, ...unsafe.map(() => true)]);
  });

  it('counts the unsafe ones of a tar', async () => {
    const names = unsafe.filter((name) => !name.includes('\0'));
    expect(await tar(...['safe', ...names].map((name) => ({ name })))).toMatchObject({
      unsafe_paths: names.length,
    });
  });

  it('counts links that lead out, once each', async () => {
    const links: [string, string][] = [
      ['a/in', '../b'],
      ['a/out', '../../b'],
      ['absolute', '/etc/passwd'],
      ['../both', '/etc/passwd'],
    ];
    const inZip = links.map(([name, data]) => ({ name, data, mode: 0o120777 }));
    expect(await zip(...inZip)).toMatchObject({ links: 4, unsafe_paths: 3 });
    const inTar = links.map(([name, link]) => ({ name, link, flag: '2' }));
    expect(await tar(...inTar)).toMatchObject({ links: 4, unsafe_paths: 3 });
  });

  it('takes the target of a hard link from the root', async () => {
    expect(await tar({ name: 'a/b', flag: '1', link: '../b' })).toMatchObject({ links: 1, unsafe_paths: 1 });
    expect(await tar({ name: 'a/b', flag: '1', link: 'a/c' })).toMatchObject({ links: 1, unsafe_paths: 0 });
  });

  it('reads the name that a gzip carries', async () => {
    const packed = gzipSync('text');
    const named = Buffer.concat([packed.subarray(0, 10), Buffer.from('../../evil\0'), packed.subarray(10)]);
    named[3] = 8;
    expect(await resultOf(named, 'a.gz')).toMatchObject({
      unsafe_paths: 1,
      listing: [{ path: '../../evil', unsafe: true }],
    });
  });

  it('counts the repeated ones', async () => {
    const result = await zip({ name: 'a/b' }, { name: './a//b' }, { name: 'a/b' }, { name: 'a/B' });
    expect(result.duplicate_paths).toBe(2);
  });

  it('shows them without what hides or moves', async () => {
    const result = await zip({ name: 'a\u001b[31m\u202e.txt' });
    expect(result.listing[0].path).toBe('a\ufffd[31m\ufffd.txt');
  });

  it('reads names of MS-DOS', async () => {
    const result = await zip({ name: Buffer.from('na\x8bve.txt', 'latin1'), flags: 0, mode: 0 });
    expect(result.listing[0].path).toBe('naïve.txt');
  });
});

it('lists a hundred entries and counts them all', async () => {
  const result = await zip(
    ...Array.from({ length: 150 }, (_, i) => ({ name: `f${i}`, data: 'x'.repeat(i) })),
  );
  expect(result).toMatchObject({ entries: 150, largest_entry: { path: 'f149' } });
  expect(result.listing.map((entry) => entry.path)).toEqual(Array.from({ length: 100 }, (_, i) => `f${i}`));
});

it.each([
  ['zip', zipOf([1, 2, 3].map((i) => ({ name: `${i}`, data: Buffer.alloc(2 ** 20, i), method: 0 })))],
  ['tar', tarOf([1, 2, 3].map((i) => ({ name: `${i}`, data: Buffer.alloc(2 ** 20, i) })))],
  ['gz', gzipSync(Buffer.alloc(3 * 2 ** 20, 'x'), { level: 0 })],
])('reports progress in a %s by bytes read, up to 1', async (_format, content) => {
  writeFileSync(path, content);
  const { progress } = await runOnFile(run, path);
  expect(progress.length).toBeGreaterThan(5);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  expect(progress[0]).toBeLessThan(0.5);
  expect(progress.at(-1)).toBe(1);
});

it('writes nothing, anywhere', async () => {
  const { artifacts } = await runOnFile(run, fixture('info-zip.zip'));
  expect([...artifacts]).toEqual([]);
  expect(readdirSync(directory)).toEqual(['file']);
});

it('loads without the framework', () => {
  jest.isolateModules(() => {
    const forbidden = (): never => {
      throw new Error('loaded at run time');
    };
    jest.doMock('@nestjs/swagger', forbidden);
    jest.doMock('@nestjs/common', forbidden);
    expect(() => jest.requireActual('./archive.worker')).not.toThrow();
    expect(() => jest.requireActual('./archive.result')).toThrow('loaded at run time');
  });
});
