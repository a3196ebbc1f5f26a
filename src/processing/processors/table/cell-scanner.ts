const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const QUOTE = 0x22;

/**
 * Finds the cells of a table one after the other: RFC 4180, and where that is broken what Python's `csv`
 * makes of it. What it found stands in its fields, since it is asked for every cell.
 *
 * - A cell that begins with `"` is quoted; `""` in it is one quote; delimiters and line ends are content.
 * - What follows the closing quote belongs to the cell as it is; so does a quote in a cell without quotes.
 * - Rows end with LF, CR LF or CR; the last may end with the file.
 */
export class CellScanner {
  /** The content, without its quotes but with quotes in it still doubled when {@link isEscaped}. */
  start = 0;
  end = 0;
  isEscaped = false;
  isQuoted = false;
  /** Index of the next cell. */
  next = 0;
  endsRow = false;
  /** Line ends in the cell; the one behind it is not counted. */
  innerLines = 0;
  /** Line of the first quote that is where none may be, 0 being the cell's first; -1 when there is none. */
  badQuoteLine = -1;

  /** 1 for each byte that a cell without quotes has to stop at. */
  private readonly stops = new Uint8Array(256);

  constructor(private readonly delimiter: number) {
    for (const byte of [delimiter, QUOTE, LINE_FEED, CARRIAGE_RETURN]) this.stops[byte] = 1;
  }

  /**
   * Scans the cell at `at`. Asked for the same cell again with more text it starts over.
   *
   * @param length - Where the text ends; `at` may be there when the last cell of the file is empty.
   * @param isLast - Whether the file ends there.
   * @returns false when the end of the cell has not come: nothing found counts then.
   */
  scan(bytes: Uint8Array, at: number, length: number, isLast: boolean): boolean {
    this.innerLines = 0;
    this.badQuoteLine = -1;
    this.isEscaped = false;
    this.isQuoted = at < length && bytes[at] === QUOTE;
    this.start = this.isQuoted ? at + 1 : at;
    return this.isQuoted
      ? this.scanQuoted(bytes, at + 1, length, isLast)
      : this.scanPlain(bytes, at, length, isLast);
  }

  private scanPlain(bytes: Uint8Array, at: number, length: number, isLast: boolean): boolean {
    const { stops } = this;
    let i = at;
    for (;;) {
      while (i < length && stops[bytes[i]] === 0) i++;
      if (i === length || bytes[i] !== QUOTE) break;
      if (this.badQuoteLine < 0) this.badQuoteLine = this.innerLines;
      i++;
    }
    this.end = i;
    return this.terminate(bytes, i, length, isLast);
  }

  private scanQuoted(bytes: Uint8Array, at: number, length: number, isLast: boolean): boolean {
    let lines = 0;
    let i = at;
    for (; i < length; i++) {
      const byte = bytes[i];
      if (byte > QUOTE) continue;
      if (byte === LINE_FEED) lines++;
      else if (byte === CARRIAGE_RETURN && (i + 1 === length || bytes[i + 1] !== LINE_FEED)) lines++;
      if (byte !== QUOTE) continue;
      if (i + 1 === length || bytes[i + 1] !== QUOTE) break;
      this.isEscaped = true;
      i++;
    }
    this.innerLines = lines;
    if (i >= length) return isLast && this.endUnclosed(length);
    return this.scanBehindQuote(bytes, i, length, isLast);
  }

  /** @param quote - Index of the closing quote. */
  private scanBehindQuote(bytes: Uint8Array, quote: number, length: number, isLast: boolean): boolean {
    const behind = quote + 1;
    if (behind === length || (this.stops[bytes[behind]] === 1 && bytes[behind] !== QUOTE)) {
      this.end = quote;
      return this.terminate(bytes, behind, length, isLast);
    }
    this.badQuoteLine = this.innerLines;
    this.isEscaped = true;
    return this.scanPlain(bytes, behind, length, isLast);
  }

  /** The quote at the start of the cell is the bad one. */
  private endUnclosed(length: number): boolean {
    this.badQuoteLine = 0;
    this.end = length;
    this.next = length;
    this.endsRow = true;
    return true;
  }

  private terminate(bytes: Uint8Array, i: number, length: number, isLast: boolean): boolean {
    if (i === length && !isLast) return false;
    this.endsRow = i === length || bytes[i] !== this.delimiter;
    this.next = i === length ? length : i + 1;
    if (i === length || bytes[i] !== CARRIAGE_RETURN) return true;
    if (this.next === length) return isLast;
    if (bytes[this.next] === LINE_FEED) this.next++;
    return true;
  }
}

/**
 * Makes each doubled quote of a quoted cell one, in place, up to the closing quote if one is there.
 *
 * @returns where the content ends now.
 */
export function unescapeQuotes(bytes: Uint8Array, start: number, end: number): number {
  let to = start;
  let isInside = true;
  for (let from = start; from < end; from++) {
    if (isInside && bytes[from] === QUOTE) {
      if (bytes[from + 1] !== QUOTE || from + 1 === end) {
        isInside = false;
        continue;
      }
      from++;
    }
    bytes[to++] = bytes[from];
  }
  return to;
}
