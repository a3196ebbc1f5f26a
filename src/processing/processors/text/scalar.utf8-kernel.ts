import { Utf8Kernel } from './utf8-kernel';
import { isSpace } from './white-space';

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

/** Eight ASCII bytes a step, character by character where a step meets anything else. Runs everywhere. */
export class ScalarUtf8Kernel extends Utf8Kernel {
  override lineFeeds = 0;
  override words = 0;
  override chars = 0;
  /** 0x80 when the last character was white space or there was none, else 0: as a lane has it. */
  private afterSpace = 0x80;

  /** One function, all state in locals: the loop that everything else is for. */
  override add(text: Uint8Array): void {
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
    this.lineFeeds += lines;
    this.words += words;
    this.chars += chars;
    this.afterSpace = afterSpace;
  }
}
