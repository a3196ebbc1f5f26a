/**
 * Counts UTF-8 that is well-formed and arrives in whole characters: the loop that everything else is for.
 *
 * The drivers agree on every text, however it is cut between characters. Ill-formed bytes make the counts
 * meaningless, and nothing worse.
 */
export abstract class Utf8Kernel {
  /** U+000A. */
  abstract readonly lineFeeds: number;
  /** Runs of characters that are not white space, the last one too when the text has not gone on yet. */
  abstract readonly words: number;
  /** Unicode code points. */
  abstract readonly chars: number;

  /** The memory is not kept: the caller may reuse it. */
  abstract add(text: Uint8Array): void;
}
