import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { TableLimits } from './table-limits';
import { readAsTable } from './table.harness';
import type { TableColumn } from './table.result';

const directory = mkdtempSync(join(tmpdir(), 'table-reader-'));
const path = join(directory, 'file.csv');

afterAll(() => rmSync(directory, { recursive: true }));

const read = (content: string | Uint8Array, limits: Partial<TableLimits> = {}) =>
  readAsTable(path, content, limits);

const CHUNKS = [1, 2, 3, 5, 7, 64, 262_144];

/** Rows of Python's rules, character by character, with the line on which each begins. */
function referenceRows(text: string, delimiter: string) {
  const rows: { line: number; cells: string[] }[] = [];
  const badQuotes: number[] = [];
  let blankLines = 0;
  let line = 1;
  for (let at = 0; at < text.length;) {
    const row = { line, cells: [] as string[] };
    const rowStart = at;
    for (;;) {
      let cell = '';
      let bad = 0;
      if (text[at] === '"') {
        const opened = line;
        at++;
        while (at < text.length && (text[at] !== '"' || text[at + 1] === '"')) {
          if (text[at] === '"') at++;
          else if (text[at] === '\n' || (text[at] === '\r' && text[at + 1] !== '\n')) line++;
          cell += text[at++];
        }
        if (at === text.length) bad = opened;
        at++;
        if (at < text.length && !'\r\n'.includes(text[at]) && text[at] !== delimiter) bad = line;
      }
      for (; at < text.length && !'\r\n'.includes(text[at]) && text[at] !== delimiter; at++) {
        if (text[at] === '"') bad ||= line;
        cell += text[at];
      }
      row.cells.push(cell);
      if (bad > 0) badQuotes.push(bad);
      if (text[at] !== delimiter) break;
      at++;
    }
    if (at === rowStart) blankLines++;
    else rows.push(row);
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    at++;
    line++;
  }
  return { rows, badQuotes, blankLines };
}

const NULL_WORDS = new Set(['NULL', 'null', 'Null', 'NA', 'N/A', 'n/a', 'NaN', 'nan', 'None', '\\N']);

function referenceKind(cell: string, decimalComma: boolean): string {
  const text = cell.replaceAll(/^[ \t]+|[ \t]+$/g, '');
  if (text === '') return 'null';
  const number = decimalComma ? text.replace(',', '.') : text;
  if (/^[+-]?(0|[1-9]\d*)$/.test(text)) return 'integer';
  if (/^[+-]?((0|[1-9]\d*)(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(number) && Number.isFinite(Number(number)))
    return 'number';
  if (/^(true|false|yes|no)$/i.test(text)) return 'boolean';
  const date = /^(\d{4}-\d\d-\d\d)([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  if (date && new Date(`${date[1]}T00:00Z`).toJSON()?.startsWith(date[1])) return 'date';
  return NULL_WORDS.has(text) ? 'null word' : 'text';
}

function quantile(sorted: number[], fraction: number): number {
  const rank = fraction * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
  return below + (above - below) * (rank % 1);
}

function referenceColumn(cells: string[], decimalComma: boolean): Partial<TableColumn> {
  const kinds = cells.map((cell) => referenceKind(cell, decimalComma));
  const found = new Set(kinds.filter((kind) => kind !== 'null' && kind !== 'null word'));
  if (found.has('number')) found.delete('integer');
  const type = found.size === 0 ? 'empty' : found.size > 1 ? 'text' : ([...found][0] as TableColumn['type']);
  const isNull = (kind: string): boolean => kind === 'null' || (type !== 'text' && kind === 'null word');
  const values = cells.filter((_, i) => !isNull(kinds[i]));
  const about = {
    type,
    nulls: kinds.filter(isNull).length,
    distinct: new Set(values).size,
    distinct_exact: true,
  };
  if (type === 'date') {
    const dates = values.map((value) => value.trim());
    const time = (date: string): number => Date.parse(date.length === 10 ? date : date.replace(' ', 'T'));
    const sorted = dates.toSorted((a, b) => time(a) - time(b));
    return { ...about, min: sorted[0], mean: null, quantiles: null };
  }
  if (type !== 'integer' && type !== 'number') return { ...about, min: null, max: null, mean: null };
  const numbers = values.map((value) => Number(decimalComma ? value.replace(',', '.') : value));
  const sorted = numbers.toSorted((a, b) => a - b);
  return {
    ...about,
    min: sorted[0],
    max: sorted[sorted.length - 1],
    mean: expect.closeTo(numbers.reduce((sum, value) => sum + value, 0) / numbers.length, 8),
    quantiles: {
      p25: expect.closeTo(quantile(sorted, 0.25), 8),
      p50: expect.closeTo(quantile(sorted, 0.5), 8),
      p75: expect.closeTo(quantile(sorted, 0.75), 8),
      exact: true,
    },
  };
}

/** Numbers below n, the same in every run (mulberry32). */
function seededRandom(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

type Random = (n: number) => number;

const MAKERS: ((random: Random) => string)[] = [
  (random) => String(random(2000) - 1000),
  (random) => ((random(20_000) - 10_000) / 7).toFixed(random(5)),
  (random) => ['true', 'False', 'YES', 'no'][random(4)],
  (random) =>
    new Date(random(2 ** 31) * 1000).toISOString().slice(0, [10, 10, 16, 19, 23, 24][random(6)] ?? 10),
  (random) =>
    [
      'x',
      'Zoë',
      '日本語',
      '😀',
      'a "quoted" one',
      'two\nlines',
      'two\r\nlines\rmore',
      'semi;colon,s',
      '007',
      '1e999',
    ][random(10)],
  (random) => ['', ' ', 'NA', 'NULL', '\t'][random(5)],
];

function written(cell: string, delimiter: string, random: Random): string {
  const must = /["\r\n]/.test(cell) || cell.includes(delimiter);
  return must || random(10) === 0 ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function randomTable(random: Random): string {
  const delimiter = [',', ';', '\t', '|'][random(4)];
  const end = ['\n', '\r\n', '\r'][random(3)];
  const width = 1 + random(6);
  const makers = Array.from({ length: width }, () => MAKERS[random(MAKERS.length)]);
  const lines = random(2) === 0 ? [] : [makers.map((_, i) => `name ${i}`).join(delimiter)];
  for (let row = random(60); row > 0; row--) {
    const isDirty = random(40) === 0;
    const cells = makers.map((make) => {
      const cell = (random(12) === 0 ? MAKERS[5] : isDirty ? MAKERS[4] : make)(random);
      return written(cell, delimiter, random);
    });
    if (random(30) === 0) cells.pop();
    if (random(30) === 0) cells.push('surplus');
    if (random(60) === 0) cells[0] = ['a"b', '"a"b', ' "a"', 'a""'][random(4)];
    lines.push(cells.join(delimiter));
    if (random(40) === 0) lines.push('');
  }
  return lines.join(end) + (random(3) > 0 ? end : '') + (random(20) === 0 ? `"never\nclosed${end}` : '');
}

function referenceResult(text: string, delimiter: string, hasHeader: boolean) {
  const { rows, badQuotes, blankLines } = referenceRows(text, delimiter);
  const width = rows[0]?.cells.length ?? 0;
  const data = hasHeader ? rows.slice(1) : rows;
  const ragged = data.filter(({ cells }) => cells.length !== width);
  const columns = Array.from({ length: width }, (_, i) => ({
    name: (hasHeader && rows[0].cells[i].trim()) || `column_${i + 1}`,
    ...referenceColumn(
      data.map(({ cells }) => cells[i] ?? ''),
      delimiter === ';',
    ),
  }));
  return {
    row_count: data.length,
    column_count: width,
    columns,
    preview: data.slice(0, 10).map(({ cells }) => cells),
    ragged_rows: { count: ragged.length, lines: ragged.map(({ line }) => line).slice(0, 20) },
    bad_quotes: { count: badQuotes.length, lines: [...new Set(badQuotes)].slice(0, 20) },
    blank_lines: blankLines,
  };
}

describe('random tables', () => {
  it('are what a straightforward computation makes of them, wherever the reads end', () => {
    const random = seededRandom(1);
    const seen = new Set<string>();
    for (let round = 0; round < 600; round++) {
      const text = randomTable(random);
      const result = read(text, { chunkBytes: CHUNKS[round % CHUNKS.length] });
      expect(result).toMatchObject(referenceResult(text, result.delimiter, result.has_header));
      for (const { type, kinds, nulls } of result.columns) {
        seen.add(type);
        const cells = Object.values(kinds).reduce((sum, count) => sum + count, nulls);
        expect(cells).toBe(result.row_count);
      }
      if (result.ragged_rows.count > 0) seen.add('ragged');
      if (result.bad_quotes.count > 0) seen.add('bad quotes');
    }
    expect([...seen].toSorted()).toEqual(
      ['bad quotes', 'boolean', 'date', 'empty', 'integer', 'number', 'ragged', 'text'].toSorted(),
    );
  });

  it('are the same in UTF-16', () => {
    const random = seededRandom(2);
    for (let round = 0; round < 100; round++) {
      const text = `id,name\n${randomTable(random)}`;
      const chunkBytes = CHUNKS[round % CHUNKS.length];
      const little = Buffer.from(`\ufeff${text}`, 'utf16le');
      const big = Buffer.from(little).swap16();
      const { encoding, byte_order_mark: hasMark, ...plain } = read(text, { chunkBytes });
      expect([encoding, hasMark]).toEqual(['utf-8', false]);
      expect(read(little, { chunkBytes })).toEqual({ ...plain, encoding: 'utf-16le', byte_order_mark: true });
      expect(read(big, { chunkBytes })).toEqual({ ...plain, encoding: 'utf-16be', byte_order_mark: true });
      expect(read(`\ufeff${text}`, { chunkBytes })).toEqual({
        ...plain,
        encoding: 'utf-8',
        byte_order_mark: true,
      });
    }
  });
});
