import { createHash } from 'node:crypto';
import { SNIFF_BYTES } from '../files/file-types';
import { FileTooLarge } from './uploads.errors';

/** Judges the first bytes of a file; throws to refuse it. */
export type Sniff = (head: Buffer) => Promise<void>;

/** What is known about the bytes of a file once they have all passed. */
export interface Inspected {
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/**
 * The one pass over an upload: bytes go through as they come while they are counted, limited, hashed,
 * and judged by their beginning. Nothing goes through before the beginning was accepted.
 */
export class Inspection {
  private readonly hash = createHash('sha256');
  private sizeBytes = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly sniff: Sniff,
  ) {}

  /** @throws FileTooLarge · whatever the sniff throws · whatever `source` throws */
  async *pass(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
    let head: Buffer[] | undefined = [];
    for await (const chunk of source) {
      this.count(chunk);
      if (!head) {
        yield chunk;
        continue;
      }
      head.push(chunk);
      if (this.sizeBytes < SNIFF_BYTES) continue;
      yield* this.release(head);
      head = undefined;
    }
    if (head) yield* this.release(head);
  }

  /** To be asked when everything has passed. */
  end(): Inspected {
    return { sizeBytes: this.sizeBytes, sha256: this.hash.digest('hex') };
  }

  private count(chunk: Buffer): void {
    this.sizeBytes += chunk.length;
    if (this.sizeBytes > this.maxBytes) throw new FileTooLarge(this.maxBytes);
    this.hash.update(chunk);
  }

  private async *release(head: readonly Buffer[]): AsyncGenerator<Buffer, void> {
    await this.sniff(head.length === 1 ? head[0] : Buffer.concat(head));
    yield* head;
  }
}
