import { DocumentTooComplex } from './word.errors';

/** Bytes of a page of formatting ([MS-DOC], sections 2.9.33 and 2.9.175). */
const PAGE_BYTES = 512;

/** Of those kept, which are few: deletions and tables. */
const MAX_RUNS = 1_000_000;

/** "Deleted by a tracked change", "ends a table row", "inside a table" ([MS-DOC], section 2.6). */
export const DELETED = 0x0800;
export const ROW_END = 0x2417;
export const IN_TABLE = 0x2416;

/** Bytes of a property's operand, by the top three bits of its number; 6 has a length of its own. */
const OPERAND_BYTES = [1, 1, 2, 4, 2, 2, 0, 3];
const SIZED_BY_ITSELF = 6;
/** The two with a length of two bytes. */
const LARGE_TABLE = new Set([0xd608, 0xd606]);

/** A run of bytes of the text that has some formatting. */
export interface FormattedRun {
  /** Offset in the main stream, of the first byte and of that after the last. */
  readonly start: number;
  readonly end: number;
  /** Which of the wanted properties are on. */
  readonly on: ReadonlySet<number>;
}

/** Where in a page the formatting of a run is described. */
type Locate = (page: Buffer, runs: number, index: number) => Buffer;

/** Of characters: one byte a run points to a length and the properties. */
export const locateCharacterFormatting: Locate = (page, runs, index) => {
  const at = page[(runs + 1) * 4 + index] * 2;
  return at === 0 ? page.subarray(0, 0) : page.subarray(at + 1, at + 1 + page[at]);
};

/** Of paragraphs: thirteen bytes a run; the properties follow the number of the style. */
export const locateParagraphFormatting: Locate = (page, runs, index) => {
  const at = page[(runs + 1) * 4 + index * 13] * 2;
  if (at === 0) return page.subarray(0, 0);
  const words = page[at];
  return words === 0
    ? page.subarray(at + 4, at + 2 + page[at + 1] * 2)
    : page.subarray(at + 3, at + words * 2);
};

/**
 * Runs on which at least one of the wanted properties is set, in the order of the file.
 *
 * @param index - The table of pages (PlcBteChpx or PlcBtePapx).
 */
export function readFormatting(
  main: Buffer,
  index: Buffer,
  locate: Locate,
  wanted: readonly number[],
): FormattedRun[] {
  const pages = Math.max(0, Math.floor((index.length - 4) / 8));
  const runs: FormattedRun[] = [];
  for (let number = 0; number < Math.min(pages, main.length / PAGE_BYTES); number++) {
    const at = (index.readUInt32LE((pages + 1) * 4 + number * 4) & 0x3fffff) * PAGE_BYTES;
    const page = main.subarray(at, at + PAGE_BYTES);
    if (page.length === PAGE_BYTES) runs.push(...readPage(page, locate, wanted));
    if (runs.length > MAX_RUNS)
      throw new DocumentTooComplex('The document has too many changes of formatting.');
  }
  return runs.toSorted((a, b) => a.start - b.start);
}

function readPage(page: Buffer, locate: Locate, wanted: readonly number[]): FormattedRun[] {
  const count = Math.min(page[PAGE_BYTES - 1], 101);
  const runs = Array.from({ length: count }, (_, index) => ({
    start: page.readUInt32LE(index * 4),
    end: page.readUInt32LE(index * 4 + 4),
    on: propertiesOn(locate(page, count, index), wanted),
  }));
  return runs.filter(({ on }) => on.size > 0);
}

function propertiesOn(properties: Buffer, wanted: readonly number[]): Set<number> {
  const on = new Set<number>();
  for (let at = 0; at + 3 <= properties.length;) {
    const property = properties.readUInt16LE(at);
    const kind = property >> 13;
    if (wanted.includes(property) && properties[at + 2] === 1) on.add(property);
    if (LARGE_TABLE.has(property))
      at += 3 + (at + 4 <= properties.length ? properties.readUInt16LE(at + 2) : 0);
    else at += 2 + (kind === SIZED_BY_ITSELF ? properties[at + 2] + 1 : OPERAND_BYTES[kind]);
  }
  return on;
}

/** Whether a property is set at an offset in the main stream. */
export function isSet(runs: readonly FormattedRun[], offset: number, property: number): boolean {
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (runs[middle].start <= offset) low = middle + 1;
    else high = middle;
  }
  const run = runs.at(low - 1);
  return run !== undefined && low > 0 && offset < run.end && run.on.has(property);
}
