import { MAX_DEPTH, MAX_KEY_BYTES, MAX_LISTED_KEYS } from './json-limits';
import { FIRST_COMPLETE, NUMBER_EXPECTS, NUMBER_START, NUMBER_STEPS } from './json-number';
import { JsonTally } from './json-tally';
import { KeyCounter } from './key-counter';

/** The first place where the text stops being JSON. */
export class JsonFault extends Error {
  constructor(
    message: string,
    readonly byteOffset: number,
  ) {
    super(message);
  }
}

/** An array or object opens at a level beyond {@link MAX_DEPTH}. */
export class JsonDepthFault extends JsonFault {}

/* What may come next. The first six are between tokens, the rest inside one. */
const VALUE = 0;
const FIRST_ITEM = 1;
const FIRST_KEY = 2;
const KEY = 3;
const COLON = 4;
const AFTER = 5;
const STRING = 6;
const ESCAPE = 7;
const HEX = 8;
const NUMBER = 9;
const LITERAL = 10;

const EXPECTS: Readonly<Record<number, string>> = {
  [VALUE]: 'a value',
  [FIRST_ITEM]: "a value or ']'",
  [FIRST_KEY]: "a key in double quotes or '}'",
  [KEY]: 'a key in double quotes',
  [COLON]: "':'",
  [STRING]: 'the end of the string',
  [ESCAPE]: 'one of "\\/bfnrtu after the backslash',
  [HEX]: 'four hexadecimal digits after \\u',
};

const LINE_FEED = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;

const isWhiteSpace = (byte: number): boolean =>
  byte === SPACE || byte === LINE_FEED || byte === 0x0d || byte === 0x09;

const flags = (bytes: string): Uint8Array => {
  const table = new Uint8Array(256);
  for (const byte of Buffer.from(bytes)) table[byte] = 1;
  return table;
};
const IS_ESCAPE = flags('"\\/bfnrtu');
const IS_HEX = flags('0123456789abcdefABCDEF');

const LITERALS: Readonly<Record<number, Buffer | undefined>> = Object.fromEntries(
  ['true', 'false', 'null'].map((word) => [word.charCodeAt(0), Buffer.from(word)]),
);

/**
 * Validates JSON (RFC 8259) that arrives in chunks of well-formed UTF-8, and tallies what it holds. Chunks
 * may be cut between any two characters and are not kept. Memory does not depend on the text: strings and
 * numbers of any length pass through.
 *
 * An error stands at the first byte with which no valid text goes on: what comes before it begins some.
 */
export class JsonMachine {
  readonly tally = new JsonTally();
  /** Keys of the top-level object, or of those of all records. */
  readonly keys = new KeyCounter(MAX_LISTED_KEYS);

  private state = VALUE;
  private depth = 0;
  /** 1 for each open level that is an object. */
  private readonly isObject = new Uint8Array(MAX_DEPTH + 1);
  private isKey = false;
  private hexLeft = 0;
  private numberState = NUMBER_START;
  private literal: Buffer = Buffer.alloc(0);
  private literalAt = 0;
  /** Start of a key that a chunk's end has cut. */
  private readonly keyStart = Buffer.alloc(MAX_KEY_BYTES);
  private keyStartLength = 0;

  /**
   * @param offset - Where in the file the text starts: what errors count from.
   * @param isLinewise - A value a line (NDJSON, JSON Lines); blank lines hold none.
   */
  constructor(
    private offset: number,
    private readonly isLinewise: boolean,
  ) {}

  /** @throws JsonFault */
  write(bytes: Buffer): void {
    for (let i = 0; i < bytes.length;) {
      if (this.state <= AFTER) i = this.structure(bytes, i);
      else if (this.state === STRING) i = this.string(bytes, i);
      else if (this.state === NUMBER) i = this.number(bytes, i);
      else i = this.detail(bytes, i);
    }
    this.offset += bytes.length;
  }

  /** @throws JsonFault */
  end(): void {
    if (this.state === NUMBER && this.numberState >= FIRST_COMPLETE) this.state = AFTER;
    const isBlank = this.isLinewise && this.state === VALUE;
    if (this.depth > 0 || (this.state !== AFTER && !isBlank))
      throw this.fault(0, 'the file ends', this.offset);
    if (this.isLinewise && this.state === AFTER) this.tally.records++;
  }

  /** White space and the signs between tokens, up to the start of a token. */
  private structure(bytes: Buffer, from: number): number {
    for (let i = from; i < bytes.length; i++) {
      const byte = bytes[i];
      if (byte <= SPACE && isWhiteSpace(byte)) {
        if (byte === LINE_FEED && this.isLinewise) this.endLine(i);
      } else if (this.state === AFTER) {
        this.afterValue(bytes, i);
      } else if (this.state === COLON) {
        if (byte !== 0x3a) throw this.unexpected(bytes, i);
        this.state = VALUE;
      } else if (this.state === FIRST_KEY || this.state === KEY) {
        if (byte === QUOTE) return this.beginKey(i);
        if (this.state === KEY || byte !== 0x7d) throw this.unexpected(bytes, i);
        this.close();
      } else if (byte === 0x5d && this.state === FIRST_ITEM) {
        this.close();
      } else if (this.beginValue(bytes, i)) {
        return i + 1;
      }
    }
    return bytes.length;
  }

  private afterValue(bytes: Buffer, i: number): void {
    const byte = bytes[i];
    if (this.depth === 0) throw this.unexpected(bytes, i);
    const inObject = this.isObject[this.depth] === 1;
    if (byte === COMMA) this.state = inObject ? KEY : VALUE;
    else if (byte === (inObject ? 0x7d : 0x5d)) this.close();
    else throw this.unexpected(bytes, i);
  }

  private beginKey(i: number): number {
    this.tally.keyCount++;
    if (this.depth === 1) this.tally.topLength++;
    this.isKey = true;
    this.keyStartLength = 0;
    this.state = STRING;
    return i + 1;
  }

  /** @returns whether the byte begins a token that goes on; `{` and `[` are whole. */
  private beginValue(bytes: Buffer, i: number): boolean {
    const { tally } = this;
    const byte = bytes[i];
    if (this.depth === 0) tally.topType = byte;
    else if (this.depth === 1 && this.isObject[1] === 0) tally.topLength++;
    if (byte === QUOTE) {
      tally.strings++;
      this.isKey = false;
      this.state = STRING;
      return true;
    }
    if (byte === 0x7b || byte === 0x5b) {
      this.open(byte === 0x7b ? 1 : 0, i);
      return false;
    }
    const numberState = NUMBER_STEPS[(NUMBER_START << 8) | byte];
    if (numberState !== 0) {
      tally.numbers++;
      this.numberState = numberState;
      this.state = NUMBER;
      return true;
    }
    this.beginLiteral(bytes, i);
    return true;
  }

  private beginLiteral(bytes: Buffer, i: number): void {
    const literal = LITERALS[bytes[i]];
    if (literal === undefined) throw this.unexpected(bytes, i);
    if (bytes[i] === 0x6e) this.tally.nulls++;
    else this.tally.booleans++;
    this.literal = literal;
    this.literalAt = 1;
    this.state = LITERAL;
  }

  private open(isObject: number, i: number): void {
    if (isObject === 1) this.tally.objects++;
    else this.tally.arrays++;
    if (this.depth === MAX_DEPTH)
      throw new JsonDepthFault(`Nested deeper than ${MAX_DEPTH} levels.`, this.offset + i);
    if (++this.depth > this.tally.depth) this.tally.depth = this.depth;
    this.isObject[this.depth] = isObject;
    if (this.depth === 1) this.keys.nextObject();
    this.state = isObject === 1 ? FIRST_KEY : FIRST_ITEM;
  }

  private close(): void {
    this.depth--;
    this.state = AFTER;
  }

  private endLine(i: number): void {
    if (this.state === VALUE && this.depth === 0) return;
    if (this.state !== AFTER || this.depth > 0) throw this.fault(i, 'the line ends');
    this.tally.records++;
    this.state = VALUE;
  }

  private string(bytes: Buffer, from: number): number {
    let i = from;
    let byte = QUOTE;
    while (i < bytes.length) {
      byte = bytes[i];
      if (byte === QUOTE || byte === BACKSLASH || byte < SPACE) break;
      i++;
    }
    const isListed = this.isKey && this.depth === 1;
    if (i === bytes.length) {
      if (isListed) this.keepKey(bytes, from, i);
      return i;
    }
    if (byte === BACKSLASH) {
      if (isListed) this.keepKey(bytes, from, i + 1);
      this.state = ESCAPE;
    } else if (byte === QUOTE) {
      if (isListed) this.endKey(bytes, from, i);
      this.state = this.isKey ? COLON : AFTER;
    } else {
      throw this.unexpected(bytes, i);
    }
    return i + 1;
  }

  private endKey(bytes: Buffer, from: number, to: number): void {
    if (this.keyStartLength === 0) {
      this.keys.add(bytes, from, to);
      return;
    }
    this.keepKey(bytes, from, to);
    this.keys.add(this.keyStart, 0, this.keyStartLength);
  }

  private keepKey(bytes: Buffer, from: number, to: number): void {
    this.keyStartLength += bytes.copy(this.keyStart, this.keyStartLength, from, to);
  }

  private number(bytes: Buffer, from: number): number {
    let state = this.numberState;
    let i = from;
    while (i < bytes.length) {
      const next = NUMBER_STEPS[(state << 8) | bytes[i]];
      if (next === 0) break;
      state = next;
      i++;
    }
    this.numberState = state;
    if (i === bytes.length) return i;
    if (state < FIRST_COMPLETE) throw this.unexpected(bytes, i);
    this.state = AFTER;
    return i;
  }

  /** One byte of an escape or a literal. */
  private detail(bytes: Buffer, i: number): number {
    const byte = bytes[i];
    const isFine =
      this.state === LITERAL
        ? byte === this.literal[this.literalAt]
        : (this.state === ESCAPE ? IS_ESCAPE : IS_HEX)[byte] === 1;
    if (!isFine) throw this.unexpected(bytes, i);
    if (this.state === LITERAL) {
      if (++this.literalAt === this.literal.length) this.state = AFTER;
      return i + 1;
    }
    if (this.isKey && this.depth === 1) this.keepKey(bytes, i, i + 1);
    if (this.state === ESCAPE) {
      this.hexLeft = 4;
      this.state = byte === 0x75 ? HEX : STRING;
    } else if (--this.hexLeft === 0) {
      this.state = STRING;
    }
    return i + 1;
  }

  private unexpected(bytes: Buffer, i: number): JsonFault {
    const byte = bytes[i];
    if (byte === LINE_FEED) return this.fault(i, this.isLinewise ? 'the line ends' : 'found a line feed');
    const hex = byte.toString(16).padStart(2, '0');
    if (byte < SPACE || byte === 0x7f) return this.fault(i, `found the control character 0x${hex}`);
    const [char] = bytes.toString('utf8', i, i + 4);
    return this.fault(i, `found ${char === "'" ? `"'"` : `'${char}'`}`);
  }

  private fault(i: number, found: string, offset = this.offset + i): JsonFault {
    return new JsonFault(`Expected ${this.expected()}, but ${found}.`, offset);
  }

  private expected(): string {
    if (this.state === NUMBER) return NUMBER_EXPECTS[this.numberState] ?? this.expectedAfter();
    if (this.state === LITERAL) return `'${this.literal.toString()}'`;
    return this.state === AFTER ? this.expectedAfter() : EXPECTS[this.state];
  }

  private expectedAfter(): string {
    if (this.depth === 0) return this.isLinewise ? 'the end of the line' : 'the end of the file';
    return this.isObject[this.depth] === 1 ? "',' or '}'" : "',' or ']'";
  }
}
