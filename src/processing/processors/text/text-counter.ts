import { isUtf8 } from 'node:buffer';

import { InvalidText } from './text.errors';
import type { TextEncoding } from './text-encoding';
import { firstIllFormed, lengthByLead, unfinishedLength } from './utf8-sequence';

export interface TextCounts {
  /** Line feeds, plus one when the last line has none. */
  readonly lines: number;
  /** Runs of characters that are not white space. */
  readonly words: number;
  /** Unicode code points. */
  readonly chars: number;
}

/**
 * Counts a text that arrives in chunks, and validates it strictly on the way.
 *
 * Chunks may be cut anywhere, inside a character too, and are not kept: the caller may reuse the memory.
 * What is counted does not depend on where the cuts are, nor does the offset of an error; only the call that
 * throws it does. A counter that has thrown or ended is used up.
 */
export interface TextCounter {
  /** @throws InvalidText */
  write(chunk: Uint8Array): void;
  /** @throws InvalidText when the text stops inside a character. */
  end(): TextCounts;
}

/** @param offset - Where in the file the text starts (after the byte-order mark): what errors count from. */
export function createTextCounter(encoding: TextEncoding, offset = 0): TextCounter {
  return encoding === 'utf-8' ? new Utf8Counter(offset) : new Utf16Counter(encoding, offset);
}

/** White space as Python's `str.split()` takes it; neither U+200B nor U+FEFF is. */
function isSpace(codePoint: number): boolean {
  if (codePoint <= 0x20) return codePoint >= 0x1c || (codePoint >= 0x09 && codePoint <= 0x0d);
  if (codePoint > 0x3000) return false;
  if (codePoint < 0x1680) return codePoint === 0x85 || codePoint === 0xa0;
  if (codePoint < 0x2000 || codePoint > 0x205f) return codePoint === 0x1680 || codePoint === 0x3000;
  return codePoint <= 0x200a || (codePoint | 1) === 0x2029 || codePoint === 0x202f || codePoint === 0x205f;
}

/** Of a well-formed sequence of three bytes. */
const codePointOf = (lead: number, second: number, third: number): number =>
  ((lead & 0x0f) << 12) | ((second & 0x3f) << 6) | (third & 0x3f);

const LINE_FEED = 0x0a;

/** The top bit of each of the four bytes (lanes) in a 32-bit word: set in no byte of an ASCII word. */
const TOP = 0x80808080 | 0;

/*
 * Four ASCII bytes at a time: adding 0x80 - n to a lane sets its top bit when the byte is at least n, and never
 * carries into the next lane. Only the top bits of the answer mean anything.
 */
const spaceLanes = (word: number): number =>
  ((word + 0x77777777) & ~(word + 0x72727272)) | ((word + 0x64646464) & ~(word + 0x5f5f5f5f));
/** 1 in each lane that is a line feed. */
const lineFeeds = (word: number): number => ((word + 0x76767676) & ~(word + 0x75757575) & TOP) >>> 7;

/** 1 in each lane where a word starts: no space, and a space in the lane before. */
const wordStarts = (spaces: number, before: number): number =>
  (~spaces & ((spaces << 8) | before) & TOP) >>> 7;

/** Sum of the four lanes. */
function laneSum(word: number): number {
  const pairs = (word & 0x00ff00ff) + ((word >>> 8) & 0x00ff00ff);
  return (pairs & 0xffff) + (pairs >>> 16);
}

/** Bytes between two calls of {@link laneSum}: eight bytes add at most 2 to a lane, which holds 255. */
const BLOCK = 1000;

/**
 * Eight ASCII bytes a step, character by character where a step meets anything else. Well-formedness is left
 * to the runtime's own (vectorised) check, one call a chunk, so that the count may rely on it.
 */
class Utf8Counter implements TextCounter {
  private lines = 0;
  private words = 0;
  private chars = 0;
  /** 0x80 when the last character was white space or there was none, else 0: as a lane has it. */
  private afterSpace = 0x80;
  private lastByte = LINE_FEED;
  /** A character whose end has not come yet. */
  private readonly pending = new Uint8Array(4);
  private pendingLength = 0;

  constructor(private offset: number) {}

  write(chunk: Uint8Array): void {
    const start = this.pendingLength > 0 ? this.completePending(chunk) : 0;
    if (start === chunk.length) return;
    const end = chunk.length - unfinishedLength(chunk, start);
    this.consume(chunk.subarray(start, end));
    this.pending.set(chunk.subarray(end));
    this.pendingLength = chunk.length - end;
  }

  end(): TextCounts {
    if (this.pendingLength > 0) throw new InvalidText('utf-8', this.offset);
    const openLine = this.lastByte === LINE_FEED ? 0 : 1;
    return { lines: this.lines + openLine, words: this.words, chars: this.chars };
  }

  /** Moves bytes from the chunk to the pending character and returns how many. */
  private completePending(chunk: Uint8Array): number {
    const length = lengthByLead(this.pending[0]);
    const taken = Math.min(length - this.pendingLength, chunk.length);
    this.pending.set(chunk.subarray(0, taken), this.pendingLength);
    this.pendingLength += taken;
    if (this.pendingLength === length) {
      this.consume(this.pending.subarray(0, length));
      this.pendingLength = 0;
    }
    return taken;
  }

  /** @param text - Whole characters, as far as they are well-formed. */
  private consume(text: Uint8Array): void {
    if (text.length === 0) return;
    if (!isUtf8(text)) throw new InvalidText('utf-8', this.offset + firstIllFormed(text));
    this.count(text);
    this.offset += text.length;
    this.lastByte = text[text.length - 1];
  }

  /** One function, all state in locals: the loop that everything else is for. */
  private count(text: Uint8Array): void {
    const view = new DataView(text.buffer, text.byteOffset, text.byteLength);
    const lastStep = text.length - 8;
    let lines = 0;
    let words = 0;
    let chars = 0;
    let afterSpace = this.afterSpace;
    let i = 0;
    while (i < text.length) {
      const blockEnd = Math.min(text.length, i + BLOCK);
      let lineLanes = 0;
      let wordLanes = 0;
      while (i < blockEnd) {
        if (i <= lastStep) {
          const low = view.getInt32(i, true);
          const high = view.getInt32(i + 4, true);
          if (((low | high) & TOP) === 0) {
            const lowSpaces = spaceLanes(low) & TOP;
            const highSpaces = spaceLanes(high) & TOP;
            wordLanes =
              (wordLanes + wordStarts(lowSpaces, afterSpace) + wordStarts(highSpaces, lowSpaces >>> 24)) | 0;
            lineLanes = (lineLanes + lineFeeds(low) + lineFeeds(high)) | 0;
            afterSpace = highSpaces >>> 24;
            chars += 8;
            i += 8;
            continue;
          }
        }
        const stepEnd = Math.min(text.length, i + 8);
        while (i < stepEnd) {
          const lead = text[i];
          let space = 0;
          if (lead < 0x80) {
            if (lead <= 0x20 && isSpace(lead)) space = 0x80;
            if (lead === LINE_FEED) lines++;
            i += 1;
          } else if (lead < 0xe0) {
            if (lead === 0xc2 && isSpace(text[i + 1])) space = 0x80;
            i += 2;
          } else if (lead < 0xf0) {
            if (lead <= 0xe3 && isSpace(codePointOf(lead, text[i + 1], text[i + 2]))) space = 0x80;
            i += 3;
          } else {
            i += 4;
          }
          words += (afterSpace & ~space) >>> 7;
          afterSpace = space;
          chars++;
        }
      }
      lines += laneSum(lineLanes);
      words += laneSum(wordLanes);
    }
    this.lines += lines;
    this.words += words;
    this.chars += chars;
    this.afterSpace = afterSpace;
  }
}

class Utf16Counter implements TextCounter {
  private lines = 0;
  private words = 0;
  private chars = 0;
  private afterSpace = true;
  private lastUnit = LINE_FEED;
  /** First half of a unit that was cut by the end of a chunk. */
  private half: number | undefined;

  constructor(
    private readonly encoding: 'utf-16le' | 'utf-16be',
    private offset: number,
  ) {}

  write(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    let start = 0;
    if (this.half !== undefined) {
      this.count(Uint8Array.of(this.half, chunk[0]));
      start = 1;
    }
    const end = chunk.length - ((chunk.length - start) % 2);
    this.count(chunk.subarray(start, end));
    this.half = end < chunk.length ? chunk[end] : undefined;
  }

  end(): TextCounts {
    if (isHighSurrogate(this.lastUnit)) throw new InvalidText(this.encoding, this.offset - 2);
    if (this.half !== undefined) throw new InvalidText(this.encoding, this.offset);
    const openLine = this.lastUnit === LINE_FEED ? 0 : 1;
    return { lines: this.lines + openLine, words: this.words, chars: this.chars };
  }

  /** @param units - Whole 16-bit units. */
  private count(units: Uint8Array): void {
    const low = this.encoding === 'utf-16le' ? 0 : 1;
    const high = 1 - low;
    let { lines, words, chars, afterSpace, lastUnit } = this;
    for (let i = 0; i < units.length; i += 2) {
      const unit = units[i + low] | (units[i + high] << 8);
      const paired = isHighSurrogate(lastUnit);
      if (paired !== isLowSurrogate(unit))
        throw new InvalidText(this.encoding, this.offset + i - (paired ? 2 : 0));
      lastUnit = unit;
      if (paired) continue;
      const space = isSpace(unit);
      if (afterSpace && !space) words++;
      if (unit === LINE_FEED) lines++;
      afterSpace = space;
      chars++;
    }
    Object.assign(this, { lines, words, chars, afterSpace, lastUnit });
    this.offset += units.length;
  }
}

const isHighSurrogate = (unit: number): boolean => (unit & 0xfc00) === 0xd800;
const isLowSurrogate = (unit: number): boolean => (unit & 0xfc00) === 0xdc00;
