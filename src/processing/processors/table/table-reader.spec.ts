import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { exactBound, type TableLimits } from './table-limits';
import { readAsTable } from './table.harness';

const directory = mkdtempSync(join(tmpdir(), 'table-reader-'));
const path = join(directory, 'file.csv');

afterAll(() => rmSync(directory, { recursive: true }));

const read = (content: string | Uint8Array, limits: Partial<TableLimits> = {}) =>
  readAsTable(path, content, limits);

const CHUNKS = [1, 2, 3, 5, 7, 64, 262_144];

/** The table as text, and the rows that `csv.reader` of Python 3.11 makes of it; it gives [] for blank lines. */
const PYTHON: [text: string, rows: string[][], badQuotes: number[]][] = [
  [
    'a,b\r\nc,d\r\n',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
    [],
  ],
  [
    'a,b\nc,d',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
    [],
  ],
  ['"a","b"\n', [['a', 'b']], []],
  ['"a,b",c\n', [['a,b', 'c']], []],
  ['"a\nb",c\n', [['a\nb', 'c']], []],
  ['"a\r\nb",c\r\n', [['a\r\nb', 'c']], []],
  ['"a""b",c\n', [['a"b', 'c']], []],
  ['"""",""\n', [['"', '']], []],
  ['"","a"\n', [['', 'a']], []],
  ['a"b,c\n', [['a"b', 'c']], [1]],
  ['a""b,c\n', [['a""b', 'c']], [1]],
  ['"a"b,c\n', [['ab', 'c']], [1]],
  [
    '"a"b"c,d"\ne,f\n',
    [
      ['ab"c', 'd"'],
      ['e', 'f'],
    ],
    [1],
  ],
  ['"a" ,b\n', [['a ', 'b']], [1]],
  [' "a",b\n', [[' "a"', 'b']], [1]],
  ['"a","b\nc,d\n', [['a', 'b\nc,d\n']], [1]],
  ['"a\n\n"x\ny\n', [['a\n\nx'], ['y']], [3]],
  [
    'a,\n,b\n',
    [
      ['a', ''],
      ['', 'b'],
    ],
    [],
  ],
  [',\n', [['', '']], []],
  [
    ',,\n"",""\n',
    [
      ['', '', ''],
      ['', ''],
    ],
    [],
  ],
  ['a,b,', [['a', 'b', '']], []],
  ['a,"', [['a', '']], [1]],
  ['"', [['']], [1]],
  ['""', [['']], []],
  ['"""', [['"']], [1]],
  ['""""', [['"']], []],
  ['"a""', [['a"']], [1]],
  ['a\rb\rc', [['a'], ['b'], ['c']], []],
  [
    'a,b\r\rc,d\r',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
    [],
  ],
  ['"a\rb",c\r', [['a\rb', 'c']], []],
  ['"a"\r\n"b"\r\n', [['a'], ['b']], []],
  [
    'é,"日本""語"\n😀,ü',
    [
      ['é', '日本"語'],
      ['😀', 'ü'],
    ],
    [],
  ],
  ['"a"\n\n\n"b"\n', [['a'], ['b']], []],
  ['=1+2,"=cmd|\' /C calc\'!A0"\n', [['=1+2', "=cmd|' /C calc'!A0"]], []],
];

describe('cells', () => {
  it.each(PYTHON)('are those of Python in %j', (text, rows, badQuotes) => {
    for (const chunkBytes of CHUNKS) {
      const result = read(text, { chunkBytes });
      const found = [
        ...(result.has_header ? [result.columns.map(({ name }) => name)] : []),
        ...result.preview,
      ];
      const named = rows.map((row, at) =>
        at === 0 && result.has_header ? row.map((cell, i) => cell.trim() || `column_${i + 1}`) : row,
      );
      expect(found).toEqual(named);
      expect(result.bad_quotes.lines).toEqual(badQuotes);
      expect(result.column_count).toBe(rows[0].length);
    }
  });
});

const INTS = [
  -337, 941, -692, -192, 333, -902, -852, 681, 97, -808, -252, 193, -882, 863, 39, -561, -924, -824, -112,
  -144, -857, -508, -815, 128, -131, -879, 693, 158, -747, 940, -543, 291, 284, 193, 940, -874, 181,
];
const FLOATS = [
  8.63, 9.184, 11.152, 16.272, 13.491, 13.87, 3.707, 8.355, 2.967, 7.202, 15.19, 13.925, 10.861, 12.094, 8.48,
  3.736, 5.706, 6.018, 1.507, 8.284, -1.071, 12.431, 7.562, 12.888, 13.715, 17.865, 13.679, 12.078, 5.415,
  10.141, 3.499, 12.165, 15.366, 12.658, 12.33, 13.937,
];

it("has the statistics of Python's statistics module", () => {
  const rows = INTS.map((value, i) => `${value};${String(FLOATS[i] ?? '').replace('.', ',')}`);
  const result = read(`count;price\n${rows.join('\n')}\n`);
  expect(result).toMatchObject({ delimiter: ';', has_header: true, row_count: 37, column_count: 2 });
  const [count, price] = result.columns;
  expect(count).toMatchObject({
    name: 'count',
    type: 'integer',
    nulls: 0,
    distinct: 35,
    distinct_exact: true,
    min: -924,
    max: 941,
    quantiles: { p25: -808, p50: -144, p75: 193, exact: true },
  });
  expect(count.mean).toBeCloseTo(-158.94594594594594, 12);
  expect(price).toMatchObject({ type: 'number', nulls: 1, distinct: 36, min: -1.071, max: 17.865 });
  expect(price.mean).toBeCloseTo(9.86913888888889, 12);
  expect(price.quantiles?.p25).toBeCloseTo(6.906000000000001, 12);
  expect(price.quantiles?.p50).toBeCloseTo(11.006499999999999, 12);
  expect(price.quantiles?.p75).toBeCloseTo(13.538, 12);
});

it('loses nothing of a mean to rounding', () => {
  expect(read('n\n1e16\n1\n-1e16\n').columns[0].mean).toBe(1 / 3);
  expect(read('n\n1\n1e100\n1\n-1e100\n').columns[0].mean).toBe(0.5);
});

describe('what is shown', () => {
  it('is cut', () => {
    const wide = Array.from({ length: 130 }, (_, i) => `${i}`).join(',');
    const { preview, column_count: columns } = read(`${wide}\n`.repeat(30));
    expect(columns).toBe(130);
    expect(preview).toHaveLength(10);
    expect(preview[9]).toHaveLength(100);
    const long = read(`${'n'.repeat(300)},b\n1,${'😀'.repeat(5000)}\n2,${'é'.repeat(200)}\n`);
    expect(long.columns[0].name).toBe(`${'n'.repeat(200)}…`);
    expect(long.preview).toEqual([
      ['1', `${'😀'.repeat(200)}…`],
      ['2', 'é'.repeat(200)],
    ]);
  });

  it('lists the first 20 lines at fault, each once, and counts all', () => {
    const rows = Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? '1,2' : '1"x,"2"y,3'));
    const result = read(`a,b\n${rows.join('\n')}\n`);
    expect(result.ragged_rows.count).toBe(25);
    expect(result.ragged_rows.lines).toEqual(Array.from({ length: 20 }, (_, i) => 3 + 2 * i));
    expect(result.bad_quotes.count).toBe(50);
    expect(result.bad_quotes.lines).toEqual(result.ragged_rows.lines);
  });
});

describe('beyond the exact bound', () => {
  it('estimates, and says so', () => {
    const values = Array.from({ length: 20_000 }, (_, i) => (i * 7919) % 20_000);
    const text = `n,parity\n${values.map((n) => `${n},${n % 2 === 0 ? 'even' : 'odd'}`).join('\n')}\n`;
    const [n, parity] = read(text, { exactBound: () => 2000 }).columns;
    expect(n).toMatchObject({ type: 'integer', distinct_exact: false, min: 0, max: 19_999, mean: 9999.5 });
    expect(Math.abs(n.distinct / 20_000 - 1)).toBeLessThan(4 * Math.sqrt(2 / 2000));
    expect(n.quantiles?.exact).toBe(false);
    expect(Math.abs((n.quantiles?.p50 ?? 0) / 20_000 - 0.5)).toBeLessThan((4 * 0.5) / Math.sqrt(2000));
    expect(parity).toMatchObject({ type: 'text', distinct: 2, distinct_exact: true });
    expect(read(text).columns[0]).toMatchObject({ distinct_exact: false, quantiles: { exact: false } });
    expect(read(text, { exactBound: () => 20_000 }).columns[0]).toMatchObject({
      distinct: 20_000,
      distinct_exact: true,
      quantiles: { p25: 4999.75, p50: 9999.5, p75: 14_999.25, exact: true },
    });
  });

  it('shares what is kept among the columns', () => {
    const bounds: number[] = [];
    read('a,b,c\n1,2,3\n', {
      exactBound: (columns) => {
        bounds.push(columns);
        return 100;
      },
    });
    expect(bounds.at(-1)).toBe(3);
  });
});

it.each([
  [1, 8192],
  [64, 8192],
  [65, 8065],
  [2000, 262],
])('keeps of each of %i columns %i values', (columns, values) => {
  expect(exactBound(columns)).toBe(values);
});
