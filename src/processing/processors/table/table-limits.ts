const KIB = 1024;
const MIB = 1024 * KIB;

/** Bytes of a cell as it is written in UTF-8, its quotes included; a larger one fails the job. */
export const MAX_CELL_BYTES = MIB;

/** Cells of the first row; more fail the job. Longer rows further down are ragged, no more. */
export const MAX_COLUMNS = 2000;

/** What delimiter and header are judged by: so much of the file, and no more rows than this. */
export const SAMPLE_BYTES = 64 * KIB;
export const SAMPLE_ROWS = 100;

/** What a preview shows: rows, cells of a row, and code points of a cell or a column's name. */
export const PREVIEW_ROWS = 10;
export const PREVIEW_COLUMNS = 100;
export const SHOWN_CHARS = 200;

/** Lines that are listed of those that are at fault. */
export const LISTED_LINES = 20;

/** Of {@link exactBound}. More would be more exact, but not stay in the cache: twice as much took 1.6 times as long. */
const MAX_EXACT = 8192;

/** Of {@link exactBound}: what all columns share. */
const EXACT_BUDGET = 2 ** 19;

/**
 * How many different values a column counts exactly, and of how many numbers its quantiles are exact, in a
 * table of so many columns: 8,192 with up to 64 columns, 524,288 divided by the columns with more.
 */
export function exactBound(columns: number): number {
  return Math.min(MAX_EXACT, Math.floor(EXACT_BUDGET / Math.max(1, columns)));
}

/** What tests may lower or shrink. */
export interface TableLimits {
  readonly chunkBytes: number;
  readonly maxCellBytes: number;
  readonly maxColumns: number;
  readonly exactBound: (columns: number) => number;
}

export const TABLE_LIMITS: TableLimits = {
  chunkBytes: 256 * KIB,
  maxCellBytes: MAX_CELL_BYTES,
  maxColumns: MAX_COLUMNS,
  exactBound,
};
