import { buffer } from 'node:stream/consumers';
import { checkGrowingId } from '../blob-key';
import type { GrowingBlob } from '../blob-store';
import { BlobMissing } from '../storage.errors';
import { PART_BYTES, type Part, type S3Bucket, type StoredObject } from './s3.bucket';

const PREFIX = 'growing/';
/** Objects are named by where they begin, in as many digits as any size has, so that they are listed in order. */
const DIGITS = 16;
/** S3 takes no smaller part, unless it is the last one. */
const LEAST_PART_BYTES = 5 * 1024 * 1024;

/** A stretch of a growing blob: an object. */
interface Piece extends StoredObject {
  readonly start: number;
}

/**
 * Growing blobs as objects of a bucket: `growing/<id>/<where it begins>`, each durable when S3 has taken it.
 *
 * What follows on from the beginning without a gap is the blob; anything else is left over from a death or a
 * cut, and does not count. So every change is safe at any point: cuts go from the end to the front, and the
 * first piece goes first when all are to go.
 */
export class GrowingObjects {
  constructor(private readonly bucket: S3Bucket) {}

  async grow(id: string, offset: number, source: AsyncIterable<Uint8Array>): Promise<number> {
    if ((await this.grown(id)) < offset) throw new BlobMissing();
    await this.cutTo(id, offset);
    if (offset === 0) await this.bucket.put(keyOf(id, 0), Buffer.alloc(0));
    return this.append(id, offset, source);
  }

  async grown(id: string): Promise<number> {
    return lengthOf(await this.pieces(id));
  }

  /** Makes an object of the pieces; the store copies what it can by itself. @returns whether there were any */
  async composeInto(id: string, key: string): Promise<boolean> {
    const pieces = await this.pieces(id);
    if (pieces.length === 0) return false;
    if (pieces.length === 1) await this.bucket.copy(pieces[0].key, key);
    else await this.bucket.compose(key, this.parts(pieces));
    return true;
  }

  async abandon(id: string): Promise<void> {
    await this.bucket.delete(keyOf(id, 0));
    for await (const { key } of this.bucket.list(directoryOf(id))) await this.bucket.delete(key);
  }

  async *list(): AsyncGenerator<GrowingBlob, void> {
    let current: GrowingBlob | undefined;
    for await (const { key, modifiedAt } of this.bucket.list(PREFIX)) {
      const id = key.slice(PREFIX.length, key.lastIndexOf('/'));
      if (current && current.id !== id) yield current;
      const latest = current?.id === id ? Math.max(current.modifiedAt, modifiedAt) : modifiedAt;
      current = { id, modifiedAt: latest };
    }
    if (current) yield current;
  }

  /** Those that follow on from the beginning. */
  private async pieces(id: string): Promise<Piece[]> {
    const pieces: Piece[] = [];
    for (const piece of await this.all(id)) {
      if (piece.start !== lengthOf(pieces)) break;
      pieces.push(piece);
    }
    return pieces;
  }

  /** Those that a death left past a gap among them. */
  private async all(id: string): Promise<Piece[]> {
    const pieces: Piece[] = [];
    for await (const object of this.bucket.list(directoryOf(id)))
      pieces.push({ ...object, start: Number(object.key.slice(-DIGITS)) });
    return pieces;
  }

  private async cutTo(id: string, offset: number): Promise<void> {
    const past = (await this.all(id)).filter(({ start, size }) => start + size > offset);
    for (const { key, start } of past.toReversed()) {
      if (start >= offset) await this.bucket.delete(key);
      else await this.bucket.put(key, await this.bytes(key, offset - start));
    }
  }

  /** A source that fails has given good bytes before; a store that fails has not taken them: what it took goes. */
  private async append(id: string, offset: number, source: AsyncIterable<Uint8Array>): Promise<number> {
    let length = offset;
    const put = async (bytes: Buffer) => {
      await this.bucket.put(keyOf(id, length), bytes).catch(async (error: unknown) => {
        await this.cutTo(id, offset).catch(() => {}); // a later grow() cuts again
        throw error;
      });
      length += bytes.byteLength;
    };
    const gathered = new Gathering();
    try {
      for await (const chunk of source) {
        gathered.add(chunk);
        if (gathered.byteLength >= PART_BYTES) await put(gathered.take());
      }
    } catch (error) {
      if (gathered.byteLength > 0) await put(gathered.take());
      throw error;
    }
    if (gathered.byteLength > 0) await put(gathered.take());
    return length;
  }

  /** Pieces that are too small for a part are read, and join those that follow. */
  private async *parts(pieces: readonly Piece[]): AsyncGenerator<Part, void> {
    let group: Piece[] = [];
    for (const piece of pieces) {
      group.push(piece);
      if (sizeOf(group) < LEAST_PART_BYTES && piece !== pieces.at(-1)) continue;
      yield group.length === 1 ? { copyOf: piece.key } : { bytes: await this.join(group) };
      group = [];
    }
  }

  private async join(pieces: readonly Piece[]): Promise<Buffer> {
    const all: Buffer[] = [];
    for (const { key, size } of pieces) if (size > 0) all.push(await this.bytes(key, size));
    return Buffer.concat(all);
  }

  private async bytes(key: string, length: number): Promise<Buffer> {
    return buffer(await this.bucket.read(key, { start: 0, end: length - 1 }));
  }
}

/** Chunks on their way to become one piece. */
class Gathering {
  byteLength = 0;
  private chunks: Uint8Array[] = [];

  add(chunk: Uint8Array): void {
    this.chunks.push(chunk);
    this.byteLength += chunk.byteLength;
  }

  take(): Buffer {
    const bytes = Buffer.concat(this.chunks);
    this.chunks = [];
    this.byteLength = 0;
    return bytes;
  }
}

function directoryOf(id: string): string {
  return `${PREFIX}${checkGrowingId(id)}/`;
}

function keyOf(id: string, start: number): string {
  return directoryOf(id) + String(start).padStart(DIGITS, '0');
}

function sizeOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { size }) => sum + size, 0);
}

function lengthOf(pieces: readonly Piece[]): number {
  const last = pieces.at(-1);
  return last ? last.start + last.size : 0;
}
