import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runOnFile } from '../../../plugin-api/processor.harness';
import { memoryInUse, nextDescriptor } from '../../../plugin-api/resources.harness';
import { readJson } from './json-reader';
import { JsonTooDeep } from './json.errors';
import type { JsonResult } from './json.result';
import { run } from './json.worker';

const MIB = 1024 * 1024;
const directory = mkdtempSync(join(tmpdir(), 'json-worker-'));
const path = join(directory, 'file');

afterAll(() => rmSync(directory, { recursive: true }));

async function validate(content: string | Uint8Array, filename = 'a.json') {
  writeFileSync(path, content);
  const { result } = await runOnFile(run, path, { filename });
  return result satisfies Omit<JsonResult, 'processing_time'>;
}

/** The same with reads of few bytes. */
function validateInPieces(content: string | Uint8Array, chunkBytes: number, isLinewise = false) {
  writeFileSync(path, content);
  const file = openSync(path, 'r');
  try {
    const sizeBytes = Buffer.byteLength(content);
    return readJson(file, { sizeBytes, isLinewise, progress: () => {}, chunkBytes });
  } finally {
    closeSync(file);
  }
}

describe('results', () => {
  it('tells the shape of a document', async () => {
    const content = '{"type": "x", "items": [{"id": 1, "ok": true}, {"id": 2.5, "ok": null}], "é": {}}\n';
    expect(await validate(content)).toEqual({
      processor: 'json',
      format: 'json',
      size_bytes: Buffer.byteLength(content),
      byte_order_mark: false,
      valid: true,
      error: null,
      depth: 3,
      kinds: { object: 4, array: 1, string: 1, number: 2, boolean: 1, null: 1 },
      key_count: 7,
      top_level: { type: 'object', length: 3, keys: ['type', 'items', 'é'] },
      records: null,
    });
  });

  it.each<[text: string, type: string, length: number | null, depth: number]>([
    ['[1,[2],3]', 'array', 3, 2],
    ['[]', 'array', 0, 1],
    ['"x"', 'string', null, 0],
    ['-1', 'number', null, 0],
    ['false', 'boolean', null, 0],
    ['null', 'null', null, 0],
  ])('tells what %j is', async (text, type, length, depth) => {
    expect(await validate(text)).toMatchObject({ depth, top_level: { type, length, keys: null } });
  });

  it.each(['a.ndjson', 'A.JSONL'])('reads %s as records', async (filename) => {
    expect(await validate('{"a":1}\n\n{"a":2,"b":[]}\n3\n', filename)).toEqual({
      processor: 'json',
      format: 'ndjson',
      size_bytes: 26,
      byte_order_mark: false,
      valid: true,
      error: null,
      depth: 2,
      kinds: { object: 2, array: 1, string: 0, number: 3, boolean: 0, null: 0 },
      key_count: 3,
      top_level: null,
      records: {
        count: 3,
        keys: [
          { name: 'a', count: 2 },
          { name: 'b', count: 1 },
        ],
        more_keys: false,
      },
    });
    expect(await validate('', filename)).toMatchObject({ valid: true, records: { count: 0, keys: [] } });
  });

  it('lists 100 keys, each once', async () => {
    const keys = Array.from({ length: 150 }, (_, i) => `k${i}`);
    const result = await validate(`{"k0":1,${keys.map((key) => `"${key}":1`).join()}}`);
    expect(result).toMatchObject({ key_count: 151, top_level: { length: 151, keys: keys.slice(0, 100) } });
  });

  it('does not take the mark of UTF-8 for content', async () => {
    expect(await validate('\ufeff{"a":1}')).toMatchObject({ valid: true, byte_order_mark: true });
    expect(await validate('\ufeff{"a":x}')).toMatchObject({
      valid: false,
      byte_order_mark: true,
      error: { byte_offset: 8, line: 1, column: 6 },
    });
    expect(await validate('\ufeff')).toMatchObject({ valid: false, error: { byte_offset: 3, column: 1 } });
  });
});

describe('invalid JSON is a result', () => {
  it('with the position, and nothing said of the content', async () => {
    expect(await validate('{\n  "é": 1,\n  "日本": }\n')).toEqual({
      processor: 'json',
      format: 'json',
      size_bytes: 27,
      byte_order_mark: false,
      valid: false,
      error: { message: "Expected a value, but found '}'.", byte_offset: 25, line: 3, column: 9 },
      depth: null,
      kinds: null,
      key_count: null,
      top_level: null,
      records: null,
    });
  });

  it.each<[what: string, content: Uint8Array, byteOffset: number, line: number, column: number]>([
    ['a byte that is none', Buffer.from('["a",\n "\xff"]', 'latin1'), 8, 2, 3],
    ['a character that is cut by the end', Buffer.from('"ab\xf0\x9f\x98', 'latin1'), 3, 1, 4],
    ['a surrogate', Buffer.from('"\xed\xa0\x80"', 'latin1'), 1, 1, 2],
    ['an overlong sequence', Buffer.from('"\xc0\xaf"', 'latin1'), 1, 1, 2],
    ['Latin-1', Buffer.from('{"name":"Zo\xeb"}', 'latin1'), 11, 1, 12],
  ])('bad UTF-8 too: %s', async (_what, content, byteOffset, line, column) => {
    const error = { message: 'The bytes are no valid UTF-8.', byte_offset: byteOffset, line, column };
    expect(await validate(content)).toMatchObject({ valid: false, error });
    for (const chunkBytes of [1, 2, 3, 4])
      expect(validateInPieces(content, chunkBytes)).toMatchObject({ valid: false, error });
  });

  it('whose first error counts: of syntax before bad UTF-8', () => {
    const content = Buffer.from('[1 2, "\xff"]', 'latin1');
    for (const chunkBytes of [1, 2, 3, 100])
      expect(validateInPieces(content, chunkBytes)).toMatchObject({ error: { byte_offset: 3 } });
  });

  it.each(['utf16le', 'utf16be'])('in %s, which JSON is not exchanged in', async (encoding) => {
    const bytes = Buffer.from('\ufeff{}', 'utf16le');
    const result = await validate(encoding === 'utf16le' ? bytes : bytes.swap16());
    expect(result).toMatchObject({
      valid: false,
      error: { message: expect.stringContaining('UTF-16'), byte_offset: 0, line: 1, column: 1 },
    });
  });

  it('deep in a file', async () => {
    const line = '{"é": [1, 2, 3]}\n';
    const repeats = Math.ceil((3 * MIB) / Buffer.byteLength(line));
    const result = await validate(`${line.repeat(repeats)}{"é": [1, 2, 3}\n`, 'a.ndjson');
    expect(result).toMatchObject({
      error: { byte_offset: repeats * Buffer.byteLength(line) + 15, line: repeats + 1, column: 15 },
    });
  });
});

describe('hostile files', () => {
  it('nested too deep fail the job', async () => {
    const outcome = validate(`[\n${'['.repeat(2_000_000)}`);
    await expect(outcome).rejects.toThrow(JsonTooDeep);
    await expect(outcome).rejects.toMatchObject({
      problem: { code: 'json_too_deep', status: 422 },
      extensions: { limit: 1000, byte_offset: 1001, line: 2, column: 1000 },
    });
    await expect(validate(`${'['.repeat(1000)}${']'.repeat(1000)}`)).resolves.toMatchObject({ depth: 1000 });
  });

  it('leave no descriptor open', async () => {
    await validate('');
    const before = nextDescriptor(path);
    await expect(validate('['.repeat(1001))).rejects.toThrow(JsonTooDeep);
    await validate('[');
    expect(nextDescriptor(path)).toBe(before);
  });

  it.each([
    ['one string', '"', 'x', '"'],
    ['one number', '1', '0', ''],
    ['one key', '{"', 'k', '":1}'],
    ['one array', '[0', ',1234567', ']'],
    ['white space', '[', ' ', ']'],
  ])('of 64 MB in %s pass in fixed memory', (_what, start, filling, end) => {
    const descriptor = openSync(path, 'w');
    const block = filling.repeat(MIB / filling.length);
    let size = writeSync(descriptor, start);
    for (let i = 0; i < 64; i++) size += writeSync(descriptor, block);
    size += writeSync(descriptor, end);
    closeSync(descriptor);
    const before = memoryInUse();
    let peak = 0;
    const fractions: number[] = [];
    const result = run({
      path,
      sizeBytes: size,
      filename: 'a.json',
      contentType: 'application/json',
      options: {},
      artifact: async () => {},
      progress: (fraction) => {
        fractions.push(fraction);
        peak = Math.max(peak, memoryInUse());
      },
    });
    expect(result).toMatchObject({ valid: true, size_bytes: size });
    expect(peak - before).toBeLessThan(8 * MIB);
    expect(fractions).toHaveLength(Math.floor(size / (4 * MIB)));
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBeGreaterThan(0.9);
    expect(fractions.at(-1)).toBeLessThanOrEqual(1);
  });

  it('with ever new keys pass in fixed memory', async () => {
    const lines = Array.from({ length: 100_000 }, (_, i) => `{"key ${i}":1,"id":2}`).join('\n');
    const { records } = await validate(lines, 'a.jsonl');
    expect(records).toMatchObject({ count: 100_000, more_keys: true });
    expect(records?.keys).toHaveLength(100);
    expect(records?.keys[1]).toEqual({ name: 'id', count: 100_000 });
  });
});

function forbidden(): never {
  throw new Error('loaded at run time');
}

it('loads without the framework: a worker thread has to start fast', () => {
  jest.isolateModules(() => {
    jest.doMock('@nestjs/swagger', forbidden);
    jest.doMock('@nestjs/common', forbidden);
    expect(() => jest.requireActual('./json.worker')).not.toThrow();
    expect(() => jest.requireActual('./json.result')).toThrow('loaded at run time');
  });
});
