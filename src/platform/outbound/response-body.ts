import type { IncomingMessage } from 'node:http';
import { pipeline, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { DomainError } from '../errors/domain-error';
import { RemoteUnavailable, ResponseNotDecodable, ResponseTooLarge } from './outbound.errors';
import type { Vigil } from './vigil';

const DECODERS: ReadonlyMap<string, () => Transform> = new Map([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/** What incompressible bytes may grow by when they are encoded: a hundredth and some headers. */
const CODING_OVERHEAD_BYTES = 4096;

/** The bytes of a response as they were before encoding, bounded on the wire and after decoding. */
export class ResponseBody {
  private readonly createDecoder: (() => Transform) | undefined;
  private readonly maxWireBytes: number;
  /** What the server says, if it is about the decoded bytes. */
  readonly length: number | undefined;

  /**
   * @throws ResponseNotDecodable when the Content-Encoding is none of ours
   * @throws ResponseTooLarge when the Content-Length says so already
   */
  constructor(
    private readonly response: IncomingMessage,
    private readonly maxBytes: number,
    private readonly vigil: Vigil,
  ) {
    this.createDecoder = decoderOf(response);
    this.maxWireBytes = this.createDecoder
      ? maxBytes + Math.ceil(maxBytes / 100) + CODING_OVERHEAD_BYTES
      : maxBytes;
    const declared = declaredLength(response);
    if (declared !== undefined && declared > this.maxWireBytes) throw new ResponseTooLarge(maxBytes);
    this.length = this.createDecoder ? undefined : declared;
  }

  /** Never ends well before all bytes were there. Whoever stops to read destroys the connection. */
  async *read(): AsyncGenerator<Buffer, void> {
    let bytes = 0;
    try {
      for await (const chunk of this.decoded()) {
        bytes += chunk.length;
        if (bytes > this.maxBytes) throw new ResponseTooLarge(this.maxBytes);
        yield chunk;
      }
    } catch (error) {
      this.vigil.signal.throwIfAborted();
      throw error instanceof DomainError ? error : decodingFault(error);
    } finally {
      this.vigil.end();
    }
  }

  private decoded(): AsyncIterable<Buffer> {
    const wire = this.wire();
    return this.createDecoder ? pipeline(wire, this.createDecoder(), () => {}) : wire;
  }

  private async *wire(): AsyncGenerator<Buffer, void> {
    const chunks: AsyncIterator<Buffer, void> = this.response[Symbol.asyncIterator]();
    let bytes = 0;
    for (let next = await this.next(chunks); !next.done; next = await this.next(chunks)) {
      bytes += next.value.length;
      if (bytes > this.maxWireBytes) throw new ResponseTooLarge(this.maxBytes);
      yield next.value;
    }
  }

  private async next(chunks: AsyncIterator<Buffer, void>): Promise<IteratorResult<Buffer, void>> {
    try {
      return await this.vigil.over(chunks.next());
    } catch (cause) {
      throw new RemoteUnavailable('The remote server broke off in the middle of its answer.', { cause });
    }
  }
}

function decoderOf({ headers }: IncomingMessage): (() => Transform) | undefined {
  if ((headers['transfer-encoding'] ?? 'chunked').toLowerCase() !== 'chunked')
    throw new ResponseNotDecodable('The Transfer-Encoding of the response is not chunked.');
  const coding = (headers['content-encoding'] ?? '').trim().toLowerCase();
  if (coding === '' || coding === 'identity') return undefined;
  const create = DECODERS.get(coding);
  if (!create)
    throw new ResponseNotDecodable('The Content-Encoding of the response is not gzip, deflate or br.');
  return create;
}

function declaredLength({ headers }: IncomingMessage): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

function decodingFault(cause: unknown): DomainError {
  return (cause as NodeJS.ErrnoException).code === 'Z_BUF_ERROR'
    ? new RemoteUnavailable('The encoded response ends in the middle.', { cause })
    : new ResponseNotDecodable('The encoded response is damaged.', { cause });
}
