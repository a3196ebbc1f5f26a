import { BOOLEAN, CellReader, NULL, NULL_WORD, TEXT } from './cell-kind';
import { CellScanner, unescapeQuotes } from './cell-scanner';
import { SAMPLE_ROWS } from './table-limits';

/** In the order in which they are preferred when nothing else tells. */
export const DELIMITERS = [',', ';', '\t', '|'] as const;

export type Delimiter = (typeof DELIMITERS)[number];

export interface Dialect {
  readonly delimiter: Delimiter;
  readonly hasHeader: boolean;
  /** Whether `1,5` is a number: where semicolons part the cells. */
  readonly decimalComma: boolean;
}

/**
 * Judges by the start of a file.
 *
 * Delimiter: the one with which most rows have the same number of cells, at least two; among equals the one
 * with which most cells are numbers, dates, booleans or null; then the one that gives most cells; then the
 * preferred one, which is also the answer when none gives two cells.
 *
 * Header: the first row is one when all its cells are text (or blank, or a word like `No` above what is no
 * boolean), at least one is, and either a column below it holds numbers, dates or booleans only, or else no
 * two of the cells are the same and none occurs again in its column.
 *
 * @param isWhole - Whether the sample is all of the file, so that its last row is complete.
 */
export function detectDialect(sample: Uint8Array, isWhole: boolean, preferred: Delimiter): Dialect {
  const order = [preferred, ...DELIMITERS.filter((delimiter) => delimiter !== preferred)];
  const candidates = order.map((delimiter) => judge(delimiter, sampleRows(sample, isWhole, delimiter)));
  const best = candidates.reduce((a, b) => (isBetter(b, a) ? b : a));
  const { delimiter, reader, rows } = best;
  return { delimiter, hasHeader: isHeader(rows, reader), decimalComma: delimiter === ';' };
}

type Row = readonly string[];

interface Candidate {
  readonly delimiter: Delimiter;
  readonly reader: CellReader;
  readonly rows: readonly Row[];
  /** Share of rows that have `width` cells, the most frequent number; 0 when that is 1. */
  readonly agreeing: number;
  /** Share of cells that are not text. */
  readonly typed: number;
  readonly width: number;
}

function judge(delimiter: Delimiter, rows: readonly Row[]): Candidate {
  const reader = new CellReader(delimiter === ';');
  const rowsOfWidth = new Map<number, number>();
  for (const { length } of rows) rowsOfWidth.set(length, (rowsOfWidth.get(length) ?? 0) + 1);
  const [width, count] = [...rowsOfWidth].reduce((a, b) => (b[1] > a[1] ? b : a), [1, 0]);
  const cells = rows.flat();
  const typed = cells.filter((cell) => kindOf(cell, reader) !== TEXT).length / Math.max(1, cells.length);
  return { delimiter, reader, rows, agreeing: width > 1 ? count / rows.length : 0, typed, width };
}

function isBetter(a: Candidate, b: Candidate): boolean {
  if (a.agreeing !== b.agreeing) return a.agreeing > b.agreeing;
  if (a.agreeing === 0) return false;
  return a.typed === b.typed ? a.width > b.width : a.typed > b.typed;
}

function isHeader([first, ...rest]: readonly Row[], reader: CellReader): boolean {
  if (first === undefined) return false;
  const kindsBelow = first.map((_, column) => new Set(rest.map((row) => kindOf(row[column] ?? '', reader))));
  const isName = (cell: string, column: number): boolean => {
    const kind = kindOf(cell, reader);
    const isWord = kind === BOOLEAN && rest.length > 0 && !kindsBelow[column].has(BOOLEAN);
    return kind === NULL || kind === TEXT || isWord;
  };
  const names = first.filter((cell) => cell.trim() !== '');
  if (names.length === 0 || !first.every(isName)) return false;
  const isTyped = ([...kinds]: Iterable<number>): boolean =>
    kinds.some((kind) => kind !== NULL) && !kinds.some((kind) => kind === TEXT || kind === NULL_WORD);
  if (kindsBelow.some((kinds, column) => first[column].trim() !== '' && isTyped(kinds))) return true;
  const recurs = first.some((name, column) => name.trim() !== '' && rest.some((row) => row[column] === name));
  return new Set(names).size === names.length && !recurs;
}

function kindOf(cell: string, reader: CellReader): number {
  const bytes = Buffer.from(cell);
  return reader.kindOf(bytes, 0, bytes.length);
}

/** Complete rows that are not blank; the beginning of the first where it is all there is. */
function sampleRows(sample: Uint8Array, isWhole: boolean, delimiter: Delimiter): Row[] {
  const bytes = Buffer.from(sample);
  const scanner = new CellScanner(delimiter.charCodeAt(0));
  const rows: Row[] = [];
  let row: string[] = [];
  let at = 0;
  while (rows.length < SAMPLE_ROWS && (at < bytes.length || row.length > 0)) {
    if (!scanner.scan(bytes, at, bytes.length, isWhole)) break;
    const { start, isEscaped, isQuoted, endsRow } = scanner;
    const end = isEscaped ? unescapeQuotes(bytes, start, scanner.end) : scanner.end;
    row.push(bytes.toString('utf8', start, end));
    at = scanner.next;
    if (!endsRow) continue;
    const isBlankLine = row.length === 1 && end === start && !isQuoted;
    if (!isBlankLine) rows.push(row);
    row = [];
  }
  return rows.length === 0 && row.length > 0 ? [row] : rows;
}
