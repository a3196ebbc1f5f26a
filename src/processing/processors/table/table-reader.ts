import { CellReader } from './cell-kind';
import { CellScanner, unescapeQuotes } from './cell-scanner';
import { Column } from './column';
import { detectDialect, type Delimiter, type Dialect } from './dialect';
import {
  LISTED_LINES,
  PREVIEW_COLUMNS,
  PREVIEW_ROWS,
  SAMPLE_BYTES,
  SHOWN_CHARS,
  TABLE_LIMITS,
  type TableLimits,
} from './table-limits';
import { CellTooLarge, TooManyColumns } from './table.errors';
import { TextSource } from './text-source';

const PROGRESS_STEP_BYTES = 4 * 1024 * 1024;

export interface TableReading {
  readonly sizeBytes: number;
  /** The delimiter when the content does not tell. */
  readonly preferred: Delimiter;
  readonly progress: (fraction: number) => void;
  readonly limits?: Partial<TableLimits>;
}

/**
 * Reads an open file from its start.
 *
 * @throws CellTooLarge, TooManyColumns, InvalidText, UnsupportedEncoding
 */
export function readTable(file: number, reading: TableReading) {
  const limits = { ...TABLE_LIMITS, ...reading.limits };
  const source = new TextSource(file, limits.chunkBytes, Math.max(SAMPLE_BYTES, limits.maxCellBytes));
  while (source.end < SAMPLE_BYTES && !source.ended) source.more(0);
  const sample = source.bytes.subarray(0, Math.min(SAMPLE_BYTES, source.end));
  const isWhole = source.ended && source.end <= SAMPLE_BYTES;
  const dialect = detectDialect(sample, isWhole, reading.preferred);
  return new TableReader(source, dialect, limits, reading).read();
}

export interface Faults {
  count: number;
  readonly lines: number[];
}

/** One pass over the cells. */
class TableReader {
  private readonly scanner: CellScanner;
  private readonly reader: CellReader;
  private readonly columns: Column[] = [];
  private readonly names: string[] = [];
  private readonly preview: string[][] = [];
  private readonly ragged: Faults = { count: 0, lines: [] };
  private readonly badQuotes: Faults = { count: 0, lines: [] };
  private rowCount = 0;
  private blankLines = 0;

  /** Line on which the next cell starts, and that on which its row does; from 1. */
  private line = 1;
  private rowLine = 1;
  /** Cells of the row so far. */
  private width = 0;
  private isFirstRow = true;
  private isHeader: boolean;
  private previewRow: string[] | undefined;
  private nextReport = PROGRESS_STEP_BYTES;

  constructor(
    private readonly source: TextSource,
    private readonly dialect: Dialect,
    private readonly limits: TableLimits,
    private readonly reading: TableReading,
  ) {
    this.scanner = new CellScanner(dialect.delimiter.charCodeAt(0));
    this.reader = new CellReader(dialect.decimalComma);
    this.isHeader = dialect.hasHeader;
    this.beginRow();
  }

  read() {
    const { source, scanner } = this;
    let at = 0;
    for (;;) {
      const isAtEnd = at === source.end && this.width === 0;
      if (isAtEnd && source.ended) return this.result();
      if (!isAtEnd && scanner.scan(source.bytes, at, source.end, source.ended)) {
        this.takeCell(at);
        at = scanner.next;
      } else {
        if (source.end - at > this.limits.maxCellBytes) throw this.cellTooLarge();
        source.more(at);
        at = 0;
        this.report();
      }
    }
  }

  private takeCell(at: number): void {
    const { scanner } = this;
    if (scanner.end - at > this.limits.maxCellBytes) throw this.cellTooLarge();
    if (scanner.badQuoteLine >= 0) note(this.badQuotes, this.line + scanner.badQuoteLine);
    const isBlankLine = scanner.endsRow && this.width === 0 && scanner.end === at && !scanner.isQuoted;
    if (isBlankLine) this.blankLines++;
    else this.takeContent();
    this.line += scanner.innerLines;
    if (!scanner.endsRow) return;
    this.line++;
    if (isBlankLine) this.rowLine = this.line;
    else this.endRow();
  }

  private takeContent(): void {
    const { bytes } = this.source;
    const { start, isEscaped } = this.scanner;
    const end = isEscaped ? unescapeQuotes(bytes, start, this.scanner.end) : this.scanner.end;
    const index = this.width++;
    if (this.isFirstRow) this.addColumn(index, bytes, start, end);
    if (this.isHeader) return;
    if (index < this.columns.length) this.columns[index].add(bytes, start, end);
    if (this.previewRow && index < PREVIEW_COLUMNS) this.previewRow.push(shown(bytes, start, end));
  }

  private addColumn(index: number, bytes: Buffer, start: number, end: number): void {
    const { maxColumns, exactBound } = this.limits;
    if (index === maxColumns) throw new TooManyColumns(maxColumns, this.rowLine);
    const name = this.isHeader ? shown(bytes, start, end).trim() : '';
    this.names.push(name === '' ? `column_${index + 1}` : name);
    this.columns.push(new Column(this.reader, exactBound(1)));
  }

  private endRow(): void {
    if (this.isFirstRow) {
      const bound = this.limits.exactBound(this.width);
      for (const column of this.columns) column.limitTo(bound);
    }
    if (!this.isHeader) {
      this.rowCount++;
      if (this.previewRow) this.preview.push(this.previewRow);
      if (this.width !== this.columns.length) this.noteRagged();
    }
    this.isFirstRow = false;
    this.isHeader = false;
    this.beginRow();
  }

  private noteRagged(): void {
    note(this.ragged, this.rowLine);
    for (let i = this.width; i < this.columns.length; i++) this.columns[i].addMissing();
  }

  private beginRow(): void {
    this.width = 0;
    this.rowLine = this.line;
    this.previewRow = this.preview.length < PREVIEW_ROWS ? [] : undefined;
  }

  private report(): void {
    const { fileOffset } = this.source;
    if (fileOffset < this.nextReport) return;
    this.nextReport = fileOffset + PROGRESS_STEP_BYTES;
    this.reading.progress(Math.min(1, fileOffset / this.reading.sizeBytes));
  }

  private cellTooLarge(): CellTooLarge {
    return new CellTooLarge(this.limits.maxCellBytes, this.line, this.width + 1, this.scanner.isQuoted);
  }

  private result() {
    return {
      processor: 'table' as const,
      delimiter: this.dialect.delimiter,
      has_header: this.dialect.hasHeader,
      row_count: this.rowCount,
      column_count: this.columns.length,
      columns: this.columns.map((column, index) => column.report(this.names[index])),
      preview: this.preview,
      ragged_rows: this.ragged,
      bad_quotes: this.badQuotes,
      blank_lines: this.blankLines,
      encoding: this.source.encoding,
      byte_order_mark: this.source.markLength > 0,
    };
  }
}

function note(faults: Faults, line: number): void {
  faults.count++;
  if (faults.lines.length < LISTED_LINES && faults.lines.at(-1) !== line) faults.lines.push(line);
}

/** The beginning of a cell, as people see it. */
function shown(bytes: Buffer, start: number, end: number): string {
  const isCut = end - start > 4 * (SHOWN_CHARS + 1);
  const chars = Array.from(bytes.toString('utf8', start, isCut ? start + 4 * (SHOWN_CHARS + 1) : end));
  return chars.length > SHOWN_CHARS ? `${chars.slice(0, SHOWN_CHARS).join('')}…` : chars.join('');
}
