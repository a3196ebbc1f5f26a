/** Joins small chunks up to a limit. Copies them, so that a few bytes do not keep a whole chunk in memory. */
export class BoundedBytes {
  private buffer: Buffer = Buffer.alloc(0);
  private length = 0;

  constructor(private readonly maxBytes: number) {}

  get bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  /** Appends what fits. Returns false when that was not everything. */
  append(chunk: Buffer): boolean {
    const length = Math.min(this.length + chunk.length, this.maxBytes);
    if (length > this.buffer.length) this.grow(length);
    chunk.copy(this.buffer, this.length, 0, length - this.length);
    const complete = length - this.length === chunk.length;
    this.length = length;
    return complete;
  }

  /** Doubles, so that appending byte by byte stays linear. */
  private grow(length: number): void {
    const larger = Buffer.allocUnsafe(Math.min(Math.max(length, 2 * this.buffer.length), this.maxBytes));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}
