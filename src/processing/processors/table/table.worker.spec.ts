import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runOnFile } from '../../../plugin-api/processor.harness';
import { readTable } from './table-reader';
import { InvalidText, UnsupportedEncoding } from '../../../plugin-api/text-encoding.errors';
import { memoryInUse, nextDescriptor } from '../../../plugin-api/resources.harness';
import { CellTooLarge, TooManyColumns } from './table.errors';
import type { TableResult } from './table.result';
import { run } from './table.worker';

const MIB = 1024 * 1024;
const directory = mkdtempSync(join(tmpdir(), 'table-worker-'));
const path = join(directory, 'file');

afterAll(() => rmSync(directory, { recursive: true }));

async function describeTable(content: string | Uint8Array, filename = 'a.csv') {
  writeFileSync(path, content);
  const { result } = await runOnFile(run, path, { filename });
  return { result: result satisfies Omit<TableResult, 'processing_time'> };
}

const utf16 = (text: string, order: 'le' | 'be'): Buffer => {
  const bytes = Buffer.from(text, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
};

describe('results', () => {
  it('describes a table', async () => {
    const { result } = await describeTable(
      'id,name,price,since,active\n1,Ann,1.5,2024-01-02,true\n2,"Bo,b",,2023-12-31,no\n3,NA,2.5,,yes\n',
    );
    expect(result).toEqual({
      processor: 'table',
      delimiter: ',',
      has_header: true,
      row_count: 3,
      column_count: 5,
      columns: [
        {
          name: 'id',
          type: 'integer',
          nulls: 0,
          distinct: 3,
          distinct_exact: true,
          min: 1,
          max: 3,
          mean: 2,
          quantiles: { p25: 1.5, p50: 2, p75: 2.5, exact: true },
          kinds: { integer: 3, number: 0, boolean: 0, date: 0, text: 0 },
        },
        {
          name: 'name',
          type: 'text',
          nulls: 0,
          distinct: 3,
          distinct_exact: true,
          min: null,
          max: null,
          mean: null,
          quantiles: null,
          kinds: { integer: 0, number: 0, boolean: 0, date: 0, text: 3 },
        },
        {
          name: 'price',
          type: 'number',
          nulls: 1,
          distinct: 2,
          distinct_exact: true,
          min: 1.5,
          max: 2.5,
          mean: 2,
          quantiles: { p25: 1.75, p50: 2, p75: 2.25, exact: true },
          kinds: { integer: 0, number: 2, boolean: 0, date: 0, text: 0 },
        },
        {
          name: 'since',
          type: 'date',
          nulls: 1,
          distinct: 2,
          distinct_exact: true,
          min: '2023-12-31',
          max: '2024-01-02',
          mean: null,
          quantiles: null,
          kinds: { integer: 0, number: 0, boolean: 0, date: 2, text: 0 },
        },
        {
          name: 'active',
          type: 'boolean',
          nulls: 0,
          distinct: 3,
          distinct_exact: true,
          min: null,
          max: null,
          mean: null,
          quantiles: null,
          kinds: { integer: 0, number: 0, boolean: 3, date: 0, text: 0 },
        },
      ],
      preview: [
        ['1', 'Ann', '1.5', '2024-01-02', 'true'],
        ['2', 'Bo,b', '', '2023-12-31', 'no'],
        ['3', 'NA', '2.5', '', 'yes'],
      ],
      ragged_rows: { count: 0, lines: [] },
      bad_quotes: { count: 0, lines: [] },
      blank_lines: 0,
      encoding: 'utf-8',
      byte_order_mark: false,
    });
  });

  it.each([
    ['nothing', ''],
    ['a byte-order mark', '\ufeff'],
    ['blank lines', '\n\r\n\n'],
  ])('gives an empty table for %s', async (_what, content) => {
    const { result } = await describeTable(content);
    expect(result).toMatchObject({
      row_count: 0,
      column_count: 0,
      columns: [],
      preview: [],
      has_header: false,
    });
  });

  it('prefers tabs in a file that is named so', async () => {
    expect((await describeTable('a,b\tc\n', 'x.TSV')).result.delimiter).toBe('\t');
    expect((await describeTable('a,b\tc\n', 'x.csv')).result.delimiter).toBe(',');
  });

  it('keeps numbers that JSON cannot hold out of the result', async () => {
    const { result } = await describeTable('a,b\n1e308,1\n1e308,1e999\n');
    expect(result.columns[0]).toMatchObject({ type: 'number', max: 1e308, mean: null });
    expect(result.columns[1]).toMatchObject({ type: 'text', kinds: { integer: 1, text: 1 } });
  });

  it('shows formulas as they are', async () => {
    const { result } = await describeTable('a,b\n1,=HYPERLINK("http://x")\n2,@SUM(A1)\n');
    expect(result.preview).toEqual([
      ['1', '=HYPERLINK("http://x")'],
      ['2', '@SUM(A1)'],
    ]);
  });
});

describe('errors', () => {
  it.each([
    ['UTF-8', Buffer.from('a,b\n1,\xff', 'latin1'), { encoding: 'utf-8', byte_offset: 6 }],
    ['UTF-8 with a mark', Buffer.from('\xef\xbb\xbfa,\xe9', 'latin1'), { encoding: 'utf-8', byte_offset: 5 }],
    [
      'a character that is cut',
      Buffer.from('a,\xf0\x9f\x98', 'latin1'),
      { encoding: 'utf-8', byte_offset: 2 },
    ],
    ['UTF-16LE', utf16('\ufeffa\udc00', 'le'), { encoding: 'utf-16le', byte_offset: 4 }],
    ['UTF-16BE', utf16('\ufeffab\ud800', 'be'), { encoding: 'utf-16be', byte_offset: 6 }],
    [
      'an odd byte',
      Buffer.concat([utf16('\ufeffab', 'le'), Buffer.of(0x61)]),
      { encoding: 'utf-16le', byte_offset: 6 },
    ],
    ['a pair that is none', utf16('\ufeff\ud83da', 'be'), { encoding: 'utf-16be', byte_offset: 2 }],
  ])('names encoding and offset in the file: %s', async (_what, content, extensions) => {
    const outcome = describeTable(content);
    await expect(outcome).rejects.toThrow(InvalidText);
    await expect(outcome).rejects.toMatchObject({
      problem: { code: 'invalid_text', status: 422 },
      message: expect.stringContaining(`offset ${extensions.byte_offset} `),
      extensions,
    });
  });

  it('names an offset deep in the file', async () => {
    const content = Buffer.alloc(3 * MIB, '1,é\n');
    content[3 * MIB - 3] = 0xe3;
    await expect(describeTable(content)).rejects.toMatchObject({ extensions: { byte_offset: 3 * MIB - 3 } });
  });

  it.each([
    ['utf-32le', [0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]],
    ['utf-32be', [0, 0, 0xfe, 0xff, 0, 0, 0, 0x61]],
  ])('refuses %s by name', async (encoding, bytes) => {
    const outcome = describeTable(Uint8Array.from(bytes));
    await expect(outcome).rejects.toThrow(UnsupportedEncoding);
    await expect(outcome).rejects.toMatchObject({ extensions: { encoding } });
  });

  it('closes the file when it fails', async () => {
    await describeTable('');
    const before = nextDescriptor(path);
    await expect(describeTable(Uint8Array.of(0xff))).rejects.toThrow(InvalidText);
    expect(nextDescriptor(path)).toBe(before);
  });
});

describe('limits', () => {
  const cell = (bytes: number): string => 'x'.repeat(bytes);

  it.each([
    ['a plain cell', `a,b\n1,2\n1,${cell(MIB)}\n`, `a,b\n1,2\n1,${cell(MIB + 1)}\n`, 3, 2],
    ['a quoted cell', `a\n"${cell(MIB - 1)}"\n`, `a\n"${cell(MIB)}"\n`, 2, 1],
    ['the first cell', cell(MIB), cell(MIB + 1), 1, 1],
  ])('a cell may have 1 MiB: %s', async (_what, fitting, tooLarge, line, column) => {
    await expect(describeTable(fitting)).resolves.toBeDefined();
    const outcome = describeTable(tooLarge);
    await expect(outcome).rejects.toThrow(CellTooLarge);
    await expect(outcome).rejects.toMatchObject({
      problem: { code: 'cell_too_large', status: 422 },
      extensions: { limit_bytes: MIB, line, column },
    });
  });

  it('says where a quote was opened that swallows the rest', async () => {
    const rows = 'Ann,1\n'.repeat(MIB / 4);
    const outcome = describeTable(`name,n\nBob,2\n"Cid,3\n${rows}`);
    await expect(outcome).rejects.toThrow('Its quote may lack the closing one.');
    await expect(outcome).rejects.toMatchObject({ extensions: { line: 3, column: 1 } });
  });

  it('holds for every size of read', () => {
    writeFileSync(path, `a,b\n1,${cell(101)}\n`);
    for (const chunkBytes of [1, 2, 7, 1000]) {
      const file = openSync(path, 'r');
      const limits = { chunkBytes, maxCellBytes: 100 };
      expect(() => readTable(file, { sizeBytes: 0, preferred: ',', progress: () => {}, limits })).toThrow(
        CellTooLarge,
      );
      expect(() =>
        readTable(file, {
          sizeBytes: 0,
          preferred: ',',
          progress: () => {},
          limits: { chunkBytes, maxCellBytes: 101 },
        }),
      ).not.toThrow();
      closeSync(file);
    }
  });

  it('takes 2,000 columns and no more', async () => {
    const { result } = await describeTable(`${'1,'.repeat(1999)}1\n${'2,'.repeat(5000)}2\n`);
    expect(result).toMatchObject({ column_count: 2000, row_count: 2, ragged_rows: { count: 1, lines: [2] } });
    const outcome = describeTable(`\n${'1,'.repeat(2000)}1\n`);
    await expect(outcome).rejects.toThrow(TooManyColumns);
    await expect(outcome).rejects.toMatchObject({
      problem: { code: 'too_many_columns', status: 422 },
      extensions: { limit: 2000, line: 2 },
    });
  });
});

describe('large files', () => {
  /** Sparse: takes no disk. */
  function sparse(head: string, size: number): void {
    const descriptor = openSync(path, 'w');
    writeSync(descriptor, head);
    ftruncateSync(descriptor, size);
    closeSync(descriptor);
  }

  it.each([
    ['a line of 1 GiB without a delimiter', '', CellTooLarge],
    ['a quoted cell of 1 GiB', 'a,b\n1,"', CellTooLarge],
    ['a line of a million columns and more', 'a,b,'.repeat(500_000), TooManyColumns],
  ])('refuses %s at once', async (_what, head, error) => {
    sparse(head, 1024 * MIB);
    const before = memoryInUse();
    const startedAt = performance.now();
    await expect(runOnFile(run, path)).rejects.toThrow(error);
    expect(performance.now() - startedAt).toBeLessThan(2000);
    expect(memoryInUse() - before).toBeLessThan(64 * MIB);
  });

  it('passes a second row of 100 MB of cells, in fixed memory', async () => {
    writeFileSync(path, `a,b\n${'12345,'.repeat(100_000 / 6)}`);
    const descriptor = openSync(path, 'a');
    const block = '12345,'.repeat(MIB / 6);
    for (let i = 0; i < 95; i++) writeSync(descriptor, block);
    closeSync(descriptor);
    const before = memoryInUse();
    let peak = 0;
    const result = run({
      path,
      sizeBytes: 95 * MIB,
      filename: 'a.csv',
      contentType: 'text/csv',
      options: {},
      progress: () => (peak = Math.max(peak, memoryInUse())),
      artifact: async () => {},
    });
    expect(result).toMatchObject({ row_count: 1, column_count: 2, ragged_rows: { count: 1, lines: [2] } });
    expect(peak).toBeGreaterThan(0);
    expect(peak - before).toBeLessThan(32 * MIB);
  });

  it('describes a long table in fixed memory, and reports progress in steps of a few MiB', async () => {
    const descriptor = openSync(path, 'w');
    let size = writeSync(descriptor, 'id,name,price\n');
    for (let i = 0; size < 30 * MIB;) {
      const rows: string[] = [];
      for (let k = 0; k < 20_000; k++, i++)
        rows.push(`${i},"name ${i % 100_000}",${(i * 7919) % 1_000_003}.25\n`);
      size += writeSync(descriptor, rows.join(''));
    }
    closeSync(descriptor);
    await runOnFile(run, path);
    const before = memoryInUse();
    let peak = 0;
    const fractions: number[] = [];
    const { columns } = run({
      path,
      sizeBytes: size,
      filename: 'a.csv',
      contentType: 'text/csv',
      options: {},
      progress: (fraction) => {
        fractions.push(fraction);
        peak = Math.max(peak, memoryInUse());
      },
      artifact: async () => {},
    });
    expect(columns.map(({ type }) => type)).toEqual(['integer', 'text', 'number']);
    expect(Math.abs(columns[1].distinct / 100_000 - 1)).toBeLessThan(0.05);
    expect(peak - before).toBeLessThan(24 * MIB);
    expect(fractions).toHaveLength(Math.floor(size / (4 * MIB)));
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBeLessThanOrEqual(1);
    expect(fractions.at(-1)).toBeGreaterThan(0.9);
  });
});

function forbidden(): never {
  throw new Error('loaded at run time');
}

it('loads without the framework: a worker thread has to start fast', () => {
  jest.isolateModules(() => {
    jest.doMock('@nestjs/swagger', forbidden);
    jest.doMock('@nestjs/common', forbidden);
    expect(() => jest.requireActual('./table.worker')).not.toThrow();
    expect(() => jest.requireActual('./table.result')).toThrow('loaded at run time');
  });
});
