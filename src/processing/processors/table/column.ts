import { BOOLEAN, DATE, INTEGER, NULL, NULL_WORD, NUMBER, TEXT, type CellReader } from './cell-kind';
import { DistinctCounter } from './distinct-counter';
import { QuantileSample } from './quantile-sample';

/** What a column is by all its cells that are not null. */
export const COLUMN_TYPES = ['integer', 'number', 'boolean', 'date', 'text', 'empty'] as const;

export type ColumnType = (typeof COLUMN_TYPES)[number];

/** Taken once: called for every number. */
const { abs } = Math;

/** What is known of a column so far: of fixed size, whatever the number of rows. */
export class Column {
  private nulls = 0;
  private nullWords = 0;
  private nullWordsSeen = 0;
  private integers = 0;
  private numbers = 0;
  private booleans = 0;
  private dates = 0;
  private texts = 0;

  private readonly distinct: DistinctCounter;
  private readonly sample: QuantileSample;
  private min = Infinity;
  private max = -Infinity;
  private sum = 0;
  /** What rounding has lost of the sum (Neumaier). */
  private lost = 0;
  private minDate = '';
  private maxDate = '';

  constructor(
    private readonly reader: CellReader,
    exactBound: number,
  ) {
    this.distinct = new DistinctCounter(exactBound);
    this.sample = new QuantileSample(exactBound);
  }

  /** Changes how many values are kept; must come before there are more. */
  limitTo(exactBound: number): void {
    this.distinct.limitTo(exactBound);
    this.sample.limitTo(exactBound);
  }

  /** A row has no such cell. */
  addMissing(): void {
    this.nulls++;
  }

  add(bytes: Buffer, start: number, end: number): void {
    const kind = this.reader.kindOf(bytes, start, end);
    if (kind === NULL) {
      this.nulls++;
      return;
    }
    this.distinct.add(bytes, start, end);
    if (kind === TEXT) {
      this.texts++;
    } else if (kind === INTEGER || kind === NUMBER) {
      if (kind === INTEGER) this.integers++;
      else this.numbers++;
      this.addNumber(this.reader.value);
    } else if (kind === BOOLEAN) {
      this.booleans++;
    } else if (kind === DATE) {
      this.dates++;
      this.addDate(this.reader.value, bytes, start, end);
    } else if (kind === NULL_WORD) {
      this.nullWords++;
      this.nullWordsSeen |= this.reader.nullWord;
    }
  }

  report(name: string) {
    const type = this.type;
    const isText = type === 'text';
    const isNumeric = type === 'integer' || type === 'number';
    const distinctWords = isText ? 0 : bitCount(this.nullWordsSeen);
    return {
      name,
      type,
      nulls: this.nulls + (isText ? 0 : this.nullWords),
      distinct: Math.max(0, this.distinct.count - distinctWords),
      distinct_exact: this.distinct.isExact,
      min: isNumeric ? this.min : type === 'date' ? this.minDate : null,
      max: isNumeric ? this.max : type === 'date' ? this.maxDate : null,
      mean: isNumeric ? this.mean : null,
      quantiles: isNumeric ? this.quantiles : null,
      kinds: {
        integer: this.integers,
        number: this.numbers,
        boolean: this.booleans,
        date: this.dates,
        text: this.texts + (isText ? this.nullWords : 0),
      },
    };
  }

  /** What all cells but the nulls are; words for null are text among text, or among kinds that are mixed. */
  private get type(): ColumnType {
    const numeric = this.integers + this.numbers;
    const kinds = [numeric, this.booleans, this.dates, this.texts].filter((count) => count > 0).length;
    if (kinds === 0) return 'empty';
    if (kinds > 1 || this.texts > 0) return 'text';
    if (this.booleans > 0) return 'boolean';
    if (this.dates > 0) return 'date';
    return this.numbers > 0 ? 'number' : 'integer';
  }

  /** Null when the sum is beyond what a double holds. */
  private get mean(): number | null {
    const mean = (this.sum + this.lost) / (this.integers + this.numbers);
    return Number.isFinite(mean) ? mean : null;
  }

  private get quantiles() {
    const values = this.sample.quantiles([0.25, 0.5, 0.75]);
    if (!values) return null;
    const [p25, p50, p75] = values;
    return { p25, p50, p75, exact: this.sample.isExact };
  }

  private addNumber(value: number): void {
    if (this.texts > 0) return;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    const sum = this.sum + value;
    this.lost += abs(this.sum) >= abs(value) ? this.sum - sum + value : value - sum + this.sum;
    this.sum = sum;
    this.sample.add(value);
  }

  private addDate(value: number, bytes: Buffer, start: number, end: number): void {
    if (value < this.min) {
      this.min = value;
      this.minDate = bytes.toString('latin1', start, end).trim();
    }
    if (value > this.max) {
      this.max = value;
      this.maxDate = bytes.toString('latin1', start, end).trim();
    }
  }
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}
