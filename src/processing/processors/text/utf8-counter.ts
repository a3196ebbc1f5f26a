import { isUtf8 } from 'node:buffer';

import { InvalidText } from '../../../plugin-api/text-encoding.errors';
import { firstIllFormed, lengthByLead, unfinishedLength } from '../../../plugin-api/utf8-sequence';
import type { TextCounter, TextCounts } from './text-counter';
import type { Utf8Kernel } from './utf8-kernel';

const LINE_FEED = 0x0a;

/**
 * Puts characters together that chunks cut, and validates: by the runtime's own (vectorised) check, one call a
 * chunk, so that the kernel may rely on what it is given.
 */
export class Utf8Counter implements TextCounter {
  private lastByte = LINE_FEED;
  /** A character whose end has not come yet. */
  private readonly pending = new Uint8Array(4);
  private pendingLength = 0;

  /** @param offset - Where in the file the text starts: what errors count from. */
  constructor(
    private readonly kernel: Utf8Kernel,
    private offset: number,
  ) {}

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
    return { lines: this.kernel.lineFeeds + openLine, words: this.kernel.words, chars: this.kernel.chars };
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
    this.kernel.add(text);
    this.offset += text.length;
    this.lastByte = text[text.length - 1];
  }
}
