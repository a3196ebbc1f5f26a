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
