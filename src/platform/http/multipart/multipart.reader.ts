import type { IncomingMessage } from 'node:http';
import { BoundaryScanner } from './boundary-scanner';
import { boundaryOf } from './header-parameters';
import { BodyTooLarge, MalformedMultipart, TooManyParts } from './multipart.errors';
import { PartCursor } from './part-cursor';
import { decodeUtf8, parsePartHeaders, type PartHeaders } from './part-headers';
import { RequestBody } from './request-body';

/** Bounds of one request. How large each file may be is for the reader of its body to decide. */
export interface MultipartLimits {
  /** The whole request body, with boundaries, preamble and epilogue. */
  readonly bodyBytes: number;
  /** Parts that are fields. */
  readonly fields: number;
  /** Parts that are files. */
  readonly files: number;
  /** The name of a field or file part, in UTF-8; 100 is plenty. */
  readonly fieldNameBytes: number;
  /** The value of one field. */
  readonly fieldBytes: number;
  /** All header lines of one part; 8 KiB is what servers commonly take. */
  readonly headerBytes: number;
}

export interface FieldPart {
  readonly kind: 'field';
  /** As sent: `a[b]` is a name like any other, and so is `__proto__`. Collect fields in a Map. */
  readonly name: string;
  readonly value: string;
}

export interface FilePart {
  readonly kind: 'file';
  readonly name: string;
  /** As sent, free of CR, LF and NUL but perhaps a path; empty where a browser had no file chosen. */
  readonly filename: string;
  /** What the client claims, with parameters; `application/octet-stream` when it claims nothing. */
  readonly contentType: string;
  /** The SHA-256 that the headers of the part state (RFC 9530), lower-case hex; not verified here. */
  readonly digests: readonly string[];
  /**
   * The bytes, once, in slices of the chunks that the socket delivered: a slice shares its memory with its
   * neighbours, so copy it before transferring it to another thread. Rejects like the generator itself.
   */
  readonly body: AsyncIterable<Buffer>;
}

export type MultipartPart = FieldPart | FilePart;

/** Reads multipart/form-data (RFC 7578) in one pass and bounded memory, at the pace of its consumer. */
export class MultipartReader {
  constructor(private readonly limits: MultipartLimits) {}

  /**
   * The parts of the body in their order; a part with a filename is a file. The request must be unread.
   *
   * Read the body of a file before the next step: what is left of it then is skipped. Keep nothing for
   * good until the generator has ended: only then is it known that the body was complete.
   *
   * When the consumer stops early, the rest of the body is discarded, up to the limit, as it comes in.
   * After BodyTooLarge it is not: answer with `Connection: close`.
   *
   * @param observe - sees every chunk of the whole body, before it is taken apart
   * @throws UnsupportedBodyType, BodyTooLarge before anything is read, by the request's headers.
   * @throws MalformedMultipart, MalformedDigest, TooManyParts, FieldTooLarge, BodyTooLarge as the body shows it.
   * @throws UploadAborted when the client goes away, from a pending step or the next one.
   */
  async *parts(
    request: IncomingMessage,
    observe?: (chunk: Buffer) => void,
  ): AsyncGenerator<MultipartPart, void> {
    const boundary = boundaryOf(request.headers);
    this.checkContentLength(request.headers['content-length']);
    const source = new RequestBody(request, this.limits.bodyBytes, observe);
    const cursor = new PartCursor(source, new BoundaryScanner(boundary));
    const count = { fields: 0, files: 0 };
    try {
      while (await cursor.nextPart()) {
        const headers = parsePartHeaders(await cursor.head(this.limits.headerBytes));
        this.checkName(headers);
        this.countPart(count, headers.filename === undefined ? 'fields' : 'files');
        yield await this.toPart(headers, cursor);
      }
    } finally {
      cursor.close();
      source.stop();
    }
  }

  private async toPart(
    { name, filename, contentType, digests }: PartHeaders,
    cursor: PartCursor,
  ): Promise<MultipartPart> {
    if (filename === undefined) {
      const value = await cursor.value(this.limits.fieldBytes);
      return { kind: 'field', name, value: decodeUtf8(value, 'The value of a form field') };
    }
    return {
      kind: 'file',
      name,
      filename,
      contentType: contentType || 'application/octet-stream',
      digests,
      body: cursor.body(),
    };
  }

  private checkContentLength(header: string | undefined): void {
    if (Number(header ?? 0) > this.limits.bodyBytes) {
      throw new BodyTooLarge(`The request body is larger than ${this.limits.bodyBytes} bytes.`);
    }
  }

  private checkName({ name }: PartHeaders): void {
    if (Buffer.byteLength(name) > this.limits.fieldNameBytes) {
      throw new MalformedMultipart(`The name of a part is longer than ${this.limits.fieldNameBytes} bytes.`);
    }
  }

  private countPart(count: { fields: number; files: number }, kind: 'fields' | 'files'): void {
    if (++count[kind] > this.limits[kind]) {
      throw new TooManyParts(`The body has more than ${this.limits[kind]} ${kind}.`);
    }
  }
}
