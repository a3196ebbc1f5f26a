/** What a cell holds; {@link NULL_WORD} is a null unless its column turns out to be text. */
export const NULL = 0;
export const INTEGER = 1;
export const NUMBER = 2;
export const BOOLEAN = 3;
export const DATE = 4;
export const TEXT = 5;
export const NULL_WORD = 6;

const NULL_WORDS = ['NULL', 'null', 'Null', 'NA', 'N/A', 'n/a', 'NaN', 'nan', 'None', '\\N'];
const BOOLEAN_WORDS = ['true', 'false', 'yes', 'no'];
const LONGEST_WORD = 5;

/** 10^0 to 10^22: those that a double holds exactly. */
const POWERS = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/** Up to so many digits, digits and powers of ten give the nearest double in one operation. */
const EXACT_DIGITS = 15;

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x09;

/**
 * Tells what a cell holds: rules in `docs/processors.md`. The value stands in its fields, since it is asked
 * for every cell.
 */
export class CellReader {
  /** Of a number; of a date: seconds since 1970, UTC unless the cell has an offset. */
  value = 0;
  /** Which null word, as a bit. */
  nullWord = 0;

  /** @param decimalComma - Whether `1,5` is a number, as `1.5` is. */
  constructor(private readonly decimalComma: boolean) {}

  kindOf(bytes: Buffer, from: number, to: number): number {
    let start = from;
    let end = to;
    while (start < end && isBlank(bytes[start])) start++;
    while (end > start && isBlank(bytes[end - 1])) end--;
    if (start === end) return NULL;
    const first = bytes[start];
    if (first <= 0x39) {
      const kind = this.readNumber(bytes, start, end);
      if (kind !== TEXT || end - start < 10) return kind;
      this.value = readDate(bytes, start, end);
      return Number.isNaN(this.value) ? TEXT : DATE;
    }
    return end - start > LONGEST_WORD ? TEXT : this.readWord(bytes, start, end);
  }

  /** `-12`, `+1.5`, `.5`, `2.`, `6e23`; no leading zeros, no thousands, and a double must hold it. */
  private readNumber(bytes: Buffer, start: number, end: number): number {
    let i = start;
    const sign = bytes[i];
    if (sign === 0x2d || sign === 0x2b) i++;
    const digitsStart = i;
    let mantissa = 0;
    for (; i < end && isDigit(bytes[i]); i++) mantissa = mantissa * 10 + bytes[i] - 0x30;
    let digits = i - digitsStart;
    if (digits > 1 && bytes[digitsStart] === 0x30) return TEXT;
    const isInteger = i === end;
    let scale = 0;
    if (i < end && (bytes[i] === 0x2e || (this.decimalComma && bytes[i] === 0x2c))) {
      const fractionStart = ++i;
      for (; i < end && isDigit(bytes[i]); i++) mantissa = mantissa * 10 + bytes[i] - 0x30;
      scale = i - fractionStart;
      digits += scale;
    }
    if (digits === 0) return TEXT;
    if (i === end && digits <= EXACT_DIGITS) {
      const value = mantissa / POWERS[scale];
      this.value = sign === 0x2d ? -value : value;
      return isInteger ? INTEGER : NUMBER;
    }
    if (!isExponentOrEnd(bytes, i, end)) return TEXT;
    this.value = Number(bytes.toString('latin1', start, end).replace(',', '.'));
    if (!Number.isFinite(this.value)) return TEXT;
    return isInteger ? INTEGER : NUMBER;
  }

  private readWord(bytes: Buffer, start: number, end: number): number {
    const length = end - start;
    if (length < 2) return TEXT;
    for (const word of BOOLEAN_BYTES) if (isWord(word, bytes, start, length, 0x20)) return BOOLEAN;
    for (let i = 0; i < NULL_BYTES.length; i++) {
      if (!isWord(NULL_BYTES[i], bytes, start, length, 0)) continue;
      this.nullWord = 1 << i;
      return NULL_WORD;
    }
    return TEXT;
  }
}

const NULL_BYTES = NULL_WORDS.map((word) => Buffer.from(word));
const BOOLEAN_BYTES = BOOLEAN_WORDS.map((word) => Buffer.from(word));

/** @param fold - Bits to ignore: 0x20 for words in any case. */
function isWord(word: Buffer, bytes: Buffer, start: number, length: number, fold: number): boolean {
  if (word.length !== length) return false;
  for (let i = 0; i < length; i++) if ((bytes[start + i] | fold) !== (word[i] | fold)) return false;
  return true;
}

function isExponentOrEnd(bytes: Buffer, at: number, end: number): boolean {
  if (at === end) return true;
  if ((bytes[at] | 0x20) !== 0x65) return false;
  let i = at + 1;
  if (i < end && (bytes[i] === 0x2b || bytes[i] === 0x2d)) i++;
  if (i === end) return false;
  while (i < end && isDigit(bytes[i])) i++;
  return i === end;
}

const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** ISO 8601 as it is written in tables; NaN when the cell is none, or is no day of the calendar. */
function readDate(bytes: Buffer, start: number, end: number): number {
  if (bytes[start + 4] !== 0x2d || bytes[start + 7] !== 0x2d) return NaN;
  const year = digitsAt(bytes, start, 4);
  const month = digitsAt(bytes, start + 5, 2);
  const day = digitsAt(bytes, start + 8, 2);
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= MONTH_DAYS[month - 1])) return NaN;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (month === 2 && day === 29 && !isLeap) return NaN;
  const days = daysSinceEpoch(year, month, day);
  return end - start === 10 ? days * 86_400 : days * 86_400 + readTime(bytes, start + 10, end);
}

/** `T10:15`, ` 10:15:30.25`, with `Z`, `+01:00` or `+0100` behind or nothing: seconds, or NaN. */
function readTime(bytes: Buffer, start: number, end: number): number {
  const separator = bytes[start];
  if (end - start < 6 || (separator !== 0x54 && separator !== 0x20) || bytes[start + 3] !== 0x3a) return NaN;
  const hours = digitsAt(bytes, start + 1, 2);
  const minutes = digitsAt(bytes, start + 4, 2);
  let seconds = 0;
  let i = start + 6;
  if (i + 2 < end && bytes[i] === 0x3a) {
    seconds = digitsAt(bytes, i + 1, 2);
    i += 3;
    if (i + 1 < end && (bytes[i] === 0x2e || bytes[i] === 0x2c) && isDigit(bytes[i + 1])) {
      let unit = 0.1;
      for (i++; i < end && isDigit(bytes[i]); i++, unit /= 10) seconds += (bytes[i] - 0x30) * unit;
    }
  }
  if (!(hours < 24 && minutes < 60 && seconds < 60)) return NaN;
  return hours * 3600 + minutes * 60 + seconds - readOffset(bytes, i, end);
}

function readOffset(bytes: Buffer, start: number, end: number): number {
  const length = end - start;
  if (length === 0) return 0;
  const sign = bytes[start];
  if (sign === 0x5a) return length === 1 ? 0 : NaN;
  if (sign !== 0x2b && sign !== 0x2d) return NaN;
  const hasColon = length === 6 && bytes[start + 3] === 0x3a;
  if (length !== 5 && !hasColon) return NaN;
  const hours = digitsAt(bytes, start + 1, 2);
  const minutes = digitsAt(bytes, end - 2, 2);
  if (!(hours < 24 && minutes < 60)) return NaN;
  return (hours * 3600 + minutes * 60) * (sign === 0x2d ? -1 : 1);
}

/** A number of so many digits; NaN when there are others. */
function digitsAt(bytes: Buffer, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    if (!isDigit(bytes[i])) return NaN;
    value = value * 10 + bytes[i] - 0x30;
  }
  return value;
}

/** Of the proleptic Gregorian calendar, years counted from March so that the leap day comes last. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const marchMonth = (month + 9) % 12;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + Math.floor((marchMonth * 153 + 2) / 5) + day - 719_469;
}
