import { readSync } from 'node:fs';
import { RandomAccessReader } from 'yauzl';

const BLOCK = 64 * 1024;

/**
 * Answers the many small reads of yauzl from a block that is read at once: over 100,000 entries
 * about 25 times as fast as a read of the file for each (docs/adr/0012-archive-libraries.md).
 */
export class BlockReader extends RandomAccessReader {
  private readonly block = Buffer.allocUnsafeSlow(BLOCK);
  private start = 0;
  private length = 0;

  constructor(private readonly file: number) {
    super();
  }

  /** Gives fewer bytes at the end of the file, as `fs.read` does. */
  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    let bytesRead: number;
    try {
      bytesRead = this.copy(buffer, offset, length, position);
    } catch (error) {
      callback(error as Error);
      return;
    }
    callback(null, bytesRead);
  }

  /** So many bytes, or fewer at the end of the file; valid until the next read. */
  slice(position: number, length: number): Buffer {
    if (length > BLOCK) throw new RangeError(`At most ${BLOCK} bytes can be read at once, not ${length}.`);
    this.fill(position, length);
    const from = position - this.start;
    return this.block.subarray(from, Math.min(from + length, this.length));
  }

  private copy(buffer: Buffer, offset: number, length: number, position: number): number {
    // A place that no file reaches: what a damaged directory points to.
    if (!Number.isSafeInteger(position)) return 0;
    if (length > BLOCK) return readSync(this.file, buffer, offset, length, position);
    return this.slice(position, length).copy(buffer, offset);
  }

  private fill(position: number, length: number): void {
    if (position >= this.start && position + length <= this.start + this.length) return;
    this.start = position;
    this.length = readSync(this.file, this.block, 0, BLOCK, position);
  }
}
