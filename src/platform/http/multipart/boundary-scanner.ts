import { MalformedMultipart } from './multipart.errors';

/**
 * What the scanner found: a slice of content, the start of a part, or the end of the last part.
 * Content before the first `'part'` is the preamble; after `'close'` none is reported.
 */
export type Token = Buffer | 'part' | 'close';

type State = 'content' | 'delimiter' | 'dash' | 'padding' | 'cr' | 'closing' | 'closing-cr' | 'epilogue';

const [TAB, LF, CR, SPACE, DASH] = [0x09, 0x0a, 0x0d, 0x20, 0x2d];

/** What may follow `CRLF "--" boundary` on its line; any byte that has no entry here is an error. */
const DELIMITER_LINE: Record<Exclude<State, 'content' | 'epilogue'>, Partial<Record<number, State>>> = {
  delimiter: { [DASH]: 'dash', [SPACE]: 'padding', [TAB]: 'padding', [CR]: 'cr' },
  dash: { [DASH]: 'closing' },
  padding: { [SPACE]: 'padding', [TAB]: 'padding', [CR]: 'cr' },
  cr: { [LF]: 'content' },
  closing: { [SPACE]: 'closing', [TAB]: 'closing', [CR]: 'closing-cr' },
  'closing-cr': { [LF]: 'epilogue' },
};

/**
 * Cuts a multipart body into parts (RFC 2046, section 5.1.1). Pure: bytes in, tokens out; the tokens'
 * joined content is the same however the body is split into chunks.
 *
 * A line that starts with `--boundary` always is a delimiter, as the RFC has it ("it is sufficient that
 * the boundary appear in its entirety following the CRLF", and it "must not appear within the
 * encapsulated material"). So one that goes on with anything but `--` or white space and CRLF is an
 * error rather than content: two parsers can never disagree about where a part ends.
 *
 * Content tokens are slices of the chunk that was fed: nothing is copied but the few bytes of a
 * delimiter that a chunk began and the next one did not finish.
 */
export class BoundaryScanner {
  private readonly delimiter: Buffer;
  private state: State = 'content';
  /**
   * How many bytes of the delimiter the last chunk ended with. They equal the delimiter's own first
   * bytes, so the number is all that is kept.
   */
  private held = 2;
  /**
   * How many of the held bytes the body does not have. A line begins at the start of the body and after a
   * delimiter line, so a delimiter may stand there too: the scanner acts as if a CRLF had gone before.
   */
  private invented = 2;
  private chunk: Buffer = Buffer.alloc(0);
  private at = 0;
  private empty = true;

  /**
   * @param boundary - must hold no CR (the boundary grammar has none). Then the delimiter's only CR is its
   * first byte, a failed match can never overlap the beginning of another, and no search has to go back.
   */
  constructor(boundary: string) {
    this.delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  }

  /** Bytes kept from earlier chunks; below the boundary's length + 4. */
  get heldBytes(): number {
    return this.held;
  }

  /** Takes the next chunk; only after {@link next} has returned undefined. */
  feed(chunk: Buffer): void {
    this.chunk = chunk;
    this.at = 0;
    if (chunk.length > 0) this.empty = false;
  }

  /**
   * The next token, or undefined when the chunk is used up.
   *
   * @throws MalformedMultipart when a boundary is followed by what may not follow it.
   */
  next(): Token | undefined {
    while (this.at < this.chunk.length) {
      const token = this.step(this.state);
      if (token !== undefined) return token;
    }
    return undefined;
  }

  /**
   * Says that no chunk follows.
   *
   * @throws MalformedMultipart when the closing boundary has not come.
   */
  end(): void {
    if (this.state === 'closing' || this.state === 'epilogue') return;
    if (this.empty) throw new MalformedMultipart('The request body is empty.');
    throw new MalformedMultipart('The body ends before its closing boundary.');
  }

  private step(state: State): Token | undefined {
    if (state === 'content') return this.held > 0 ? this.resumeMatch() : this.content();
    if (state === 'epilogue') {
      this.at = this.chunk.length;
      return undefined;
    }
    const next = DELIMITER_LINE[state][this.chunk[this.at++]];
    if (next === undefined) {
      throw new MalformedMultipart("A boundary must be followed by '--', or by CRLF, on its line.");
    }
    this.state = next;
    if (next === 'content') {
      this.held = this.invented = 2;
      return 'part';
    }
    return state === 'dash' ? 'close' : undefined;
  }

  private content(): Buffer | undefined {
    const { chunk, at: start, delimiter } = this;
    const found = chunk.indexOf(delimiter, start);
    let end = found;
    if (found >= 0) {
      this.at = found + delimiter.length;
      this.state = 'delimiter';
    } else {
      this.held = this.delimiterPrefixAtEnd();
      this.at = chunk.length;
      end = chunk.length - this.held;
    }
    return end > start ? chunk.subarray(start, end) : undefined;
  }

  /** Length of the longest end of the chunk that begins a delimiter: from its last CR, or nothing. */
  private delimiterPrefixAtEnd(): number {
    const { chunk, at, delimiter } = this;
    const cr = chunk.lastIndexOf(CR);
    const length = chunk.length - cr;
    if (cr < at || length >= delimiter.length) return 0;
    return delimiter.compare(chunk, cr, chunk.length, 0, length) === 0 ? length : 0;
  }

  private resumeMatch(): Buffer | undefined {
    const { chunk, at, delimiter, held, invented } = this;
    const length = Math.min(delimiter.length - held, chunk.length - at);
    if (delimiter.compare(chunk, at, at + length, held, held + length) !== 0) {
      this.held = this.invented = 0;
      // A copy: whoever gets it may write to it.
      return held > invented ? Buffer.from(delimiter.subarray(invented, held)) : undefined;
    }
    this.at += length;
    this.held += length;
    if (this.held === delimiter.length) {
      this.held = this.invented = 0;
      this.state = 'delimiter';
    }
    return undefined;
  }
}
