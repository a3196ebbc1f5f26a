import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { InvalidText, UnsupportedEncoding } from '../../../plugin-api/text-encoding.errors';
import { memoryInUse, nextDescriptor } from '../../../plugin-api/resources.harness';
import { run } from './text.worker';

const MIB = 1024 * 1024;
const directory = mkdtempSync(join(tmpdir(), 'text-worker-'));
const path = join(directory, 'file');

afterAll(() => rmSync(directory, { recursive: true }));

const noArtifact = () => Promise.reject(new Error('Text has no artifacts.'));

function count(content: string | Uint8Array, progress: (fraction: number) => void = () => {}) {
  writeFileSync(path, content);
  return run({
    path,
    sizeBytes: statSync(path).size,
    filename: 'a.txt',
    contentType: 'text/plain',
    options: {},
    progress,
    artifact: noArtifact,
  });
}

function failure(content: string | Uint8Array): unknown {
  try {
    return count(content);
  } catch (error) {
    return error;
  }
}

const utf16 = (text: string, order: 'le' | 'be'): Buffer => {
  const bytes = Buffer.from(text, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
};

describe('results', () => {
  it('counts a file without a byte-order mark as UTF-8', () => {
    expect(count('naïve café\n日本　語')).toEqual({
      processor: 'text',
      line_count: 2,
      word_count: 4,
      char_count: 15,
      encoding: 'utf-8',
      byte_order_mark: false,
    });
  });

  it.each([
    ['utf-8', Buffer.from('\ufeffone 😀\n')],
    ['utf-16le', utf16('\ufeffone 😀\n', 'le')],
    ['utf-16be', utf16('\ufeffone 😀\n', 'be')],
  ])('detects %s by its byte-order mark and does not count it', (encoding, content) => {
    expect(count(content)).toEqual({
      processor: 'text',
      line_count: 1,
      word_count: 2,
      char_count: 6,
      encoding,
      byte_order_mark: true,
    });
  });

  it.each([
    ['nothing', '', 'utf-8', false],
    ['only a UTF-8 mark', '\ufeff', 'utf-8', true],
    ['only a UTF-16LE mark', utf16('\ufeff', 'le'), 'utf-16le', true],
    ['only a UTF-16BE mark', utf16('\ufeff', 'be'), 'utf-16be', true],
  ])('gives 0 for %s', (_what, content, encoding, byteOrderMark) => {
    expect(count(content)).toEqual({
      processor: 'text',
      line_count: 0,
      word_count: 0,
      char_count: 0,
      encoding,
      byte_order_mark: byteOrderMark,
    });
  });

  it('counts every byte-order mark but the leading one', () => {
    expect(count('\ufeff\ufeffa\ufeff')).toMatchObject({ line_count: 1, word_count: 1, char_count: 3 });
  });

  it.each([-3, -2, -1, 0, 1])('counts characters across its reads (end of the first read %i)', (shift) => {
    const text = `${'a'.repeat(MIB + shift)}😀 　b\n${'é'.repeat(MIB)}`;
    expect(count(text)).toMatchObject({ line_count: 2, word_count: 3, char_count: 2 * MIB + shift + 5 });
    expect(count(utf16(`\ufeff${text}`, 'le'))).toMatchObject({
      word_count: 3,
      char_count: 2 * MIB + shift + 5,
    });
  });

  it('counts a file whose size is a whole number of reads', () => {
    expect(count('a\n'.repeat(MIB))).toMatchObject({
      line_count: MIB,
      word_count: MIB,
      char_count: 2 * MIB,
    });
  });
});

describe('errors', () => {
  it.each([
    ['UTF-8', Buffer.from('abc\xff', 'latin1'), { encoding: 'utf-8', byte_offset: 3 }],
    ['UTF-8 with a mark', Buffer.from('\xef\xbb\xbfab\xe9', 'latin1'), { encoding: 'utf-8', byte_offset: 5 }],
    ['a mark that is cut', Buffer.from('\xef\xbb', 'latin1'), { encoding: 'utf-8', byte_offset: 0 }],
    ['one byte FF', Buffer.from('\xff', 'latin1'), { encoding: 'utf-8', byte_offset: 0 }],
    ['UTF-16LE', utf16('\ufeffa\udc00', 'le'), { encoding: 'utf-16le', byte_offset: 4 }],
    ['UTF-16BE', utf16('\ufeffab\ud800', 'be'), { encoding: 'utf-16be', byte_offset: 6 }],
  ])('names encoding and offset in the file: %s', (_what, content, extensions) => {
    const error = failure(content);
    expect(error).toBeInstanceOf(InvalidText);
    expect(error).toMatchObject({
      problem: { code: 'invalid_text', status: 422 },
      message: expect.stringContaining(`offset ${extensions.byte_offset} `),
      extensions,
    });
  });

  it('names an offset deep in the file', () => {
    const content = Buffer.alloc(3 * MIB + 100, 'text ');
    content[3 * MIB - 1] = 0xe3;
    expect(failure(content)).toMatchObject({ extensions: { encoding: 'utf-8', byte_offset: 3 * MIB - 1 } });
  });

  it.each([
    ['utf-32le', [0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]],
    ['utf-32be', [0, 0, 0xfe, 0xff, 0, 0, 0, 0x61]],
  ])('refuses %s by name', (encoding, bytes) => {
    const error = failure(Uint8Array.from(bytes));
    expect(error).toBeInstanceOf(UnsupportedEncoding);
    expect(error).toMatchObject({
      problem: { code: 'unsupported_encoding', status: 422 },
      message: expect.stringContaining(encoding.toUpperCase()),
      extensions: { encoding },
    });
  });

  it('closes the file when it fails', () => {
    count('');
    const before = nextDescriptor(path);
    expect(failure(Uint8Array.of(0xff))).toBeInstanceOf(InvalidText);
    expect(nextDescriptor(path)).toBe(before);
  });
});

describe('a large file', () => {
  const size = 192 * MIB;

  /** All U+0000, one character each and no white space: sparse, so it takes no disk. */
  function runSparse(progress: (fraction: number) => void) {
    const descriptor = openSync(path, 'w');
    ftruncateSync(descriptor, size);
    closeSync(descriptor);
    return run({
      path,
      sizeBytes: size,
      filename: 'a.txt',
      contentType: 'text/plain',
      options: {},
      progress,
      artifact: noArtifact,
    });
  }

  it('is counted in fixed memory', () => {
    runSparse(() => {});
    const before = memoryInUse();
    let peak = 0;
    const result = runSparse(() => (peak = Math.max(peak, memoryInUse())));
    expect(result).toMatchObject({ line_count: 1, word_count: 1, char_count: size });
    expect(peak - before).toBeLessThan(8 * MIB);
  });

  it('reports progress in steps of a few MiB, up to 1', () => {
    const fractions: number[] = [];
    runSparse((fraction) => fractions.push(fraction));
    expect(fractions).toHaveLength(size / (4 * MIB));
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions[0]).toBeCloseTo((4 * MIB) / size);
    expect(fractions.at(-1)).toBe(1);
  });

  it('reports nothing for a small one', () => {
    const progress = jest.fn();
    count('a'.repeat(3 * MIB), progress);
    expect(progress).not.toHaveBeenCalled();
  });
});

function forbidden(): never {
  throw new Error('loaded at run time');
}

it('loads without the framework: a worker thread has to start fast', () => {
  jest.isolateModules(() => {
    jest.doMock('@nestjs/swagger', forbidden);
    jest.doMock('@nestjs/common', forbidden);
    expect(() => jest.requireActual('./text.worker')).not.toThrow();
    expect(() => jest.requireActual('./text.result')).toThrow('loaded at run time');
  });
});
