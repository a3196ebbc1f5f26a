/** White space as Python's `str.split()` takes it, among UTF-16 code units. */
function isSpace(unit: number): boolean {
  if (unit <= 0x20) return unit >= 0x1c || (unit >= 0x09 && unit <= 0x0d);
  if (unit < 0x1680) return unit === 0x85 || unit === 0xa0;
  if (unit < 0x2000 || unit > 0x205f) return unit === 0x1680 || unit === 0x3000;
  return unit <= 0x200a || (unit | 1) === 0x2029 || unit === 0x202f || unit === 0x205f;
}

const LINE_FEED = 0x0a;

/**
 * Counts text that arrives in pieces, by the definitions of the `text` processor. Where it is cut does not
 * matter; lone surrogates must have been replaced.
 */
export class TextTally {
  /** Runs of characters that are not white space. */
  words = 0;
  /** Unicode code points. */
  chars = 0;
  private lineFeeds = 0;
  private afterSpace = true;
  private lastUnit = LINE_FEED;

  /** Line feeds, plus one when the last line has none. */
  get lines(): number {
    return this.lineFeeds + (this.lastUnit === LINE_FEED ? 0 : 1);
  }

  add(text: string): void {
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      const space = isSpace(unit);
      if (this.afterSpace && !space) this.words++;
      if (unit === LINE_FEED) this.lineFeeds++;
      if ((unit & 0xfc00) !== 0xdc00) this.chars++;
      this.afterSpace = space;
    }
    if (text !== '') this.lastUnit = text.charCodeAt(text.length - 1);
  }
}
