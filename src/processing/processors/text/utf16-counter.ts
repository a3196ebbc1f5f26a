import { InvalidText } from '../../../plugin-api/text-encoding.errors';
import type { TextCounter, TextCounts } from './text-counter';
import { isSpace } from './white-space';

const LINE_FEED = 0x0a;

export class Utf16Counter implements TextCounter {
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
