import { BoundedBytes } from './bounded-bytes';
import type { BoundaryScanner } from './boundary-scanner';
import { FieldTooLarge, MalformedMultipart } from './multipart.errors';
import type { RequestBody } from './request-body';

const HEADERS_END = Buffer.from('\r\n\r\n');

/** Walks over the parts of a body: first a part, then its head, then its content; each step once. */
export class PartCursor {
  private part = 0;
  /** What ended the content of the current part, until {@link nextPart} takes it. */
  private mark: 'part' | 'close' | undefined;
  /** Content that came in one chunk with the head. */
  private pending: Buffer | undefined;

  constructor(
    private readonly source: RequestBody,
    private readonly scanner: BoundaryScanner,
  ) {}

  /** Skips what is left of the current part (at first: the preamble). False after the last part. */
  async nextPart(): Promise<boolean> {
    this.part++;
    while ((await this.content()) !== undefined);
    const more = this.mark === 'part';
    this.mark = undefined;
    if (!more) await this.drainEpilogue();
    return more;
  }

  /** Makes the bodies of earlier parts fail from now on, instead of reading what is not theirs. */
  close(): void {
    this.part++;
  }

  /**
   * The header lines of the current part.
   *
   * A part that ends without the empty line is refused, although RFC 2046 lets a part with no body leave
   * it out: no client does, and parsers disagree about it.
   */
  async head(maxBytes: number): Promise<Buffer> {
    const collected = new BoundedBytes(maxBytes + HEADERS_END.length);
    for (;;) {
      const content = await this.content();
      if (!content) throw new MalformedMultipart('The headers of a part do not end with an empty line.');
      const before = collected.bytes.length;
      const complete = collected.append(content);
      const end = collected.bytes.indexOf(HEADERS_END, Math.max(0, before - HEADERS_END.length + 1));
      if (end >= 0) {
        this.pending = content.subarray(end + HEADERS_END.length - before);
        return collected.bytes.subarray(0, end);
      }
      if (!complete) throw new MalformedMultipart(`The headers of a part are longer than ${maxBytes} bytes.`);
    }
  }

  /** The content of the current part, as a whole. */
  async value(maxBytes: number): Promise<Buffer> {
    const collected = new BoundedBytes(maxBytes);
    for (let chunk = await this.content(); chunk; chunk = await this.content()) {
      if (!collected.append(chunk)) throw new FieldTooLarge(`A form field is longer than ${maxBytes} bytes.`);
    }
    return collected.bytes;
  }

  /** The content of the current part, chunk by chunk, as long as it is the current part. */
  body(): AsyncGenerator<Buffer, void> {
    return this.bodyOf(this.part);
  }

  private async *bodyOf(part: number): AsyncGenerator<Buffer, void> {
    for (;;) {
      if (part !== this.part) throw new Error('Read the body of a file before going on to the next part.');
      const chunk = await this.content();
      if (!chunk) return;
      yield chunk;
    }
  }

  /** The next slice of the current part; undefined, again and again, at its end. */
  private async content(): Promise<Buffer | undefined> {
    const { pending } = this;
    this.pending = undefined;
    if (pending && pending.length > 0) return pending;
    while (this.mark === undefined) {
      const token = this.scanner.next();
      if (typeof token === 'object') return token;
      if (token) this.mark = token;
      else await this.feed();
    }
    return undefined;
  }

  private async feed(): Promise<boolean> {
    const chunk = await this.source.next();
    if (chunk) this.scanner.feed(chunk);
    else this.scanner.end();
    return chunk !== undefined;
  }

  private async drainEpilogue(): Promise<void> {
    do this.scanner.next();
    while (await this.feed());
  }
}
