import type { FileHandle } from 'node:fs/promises';

/** Bytes that may wait while a write is under way: enough to keep disk and socket busy at once. */
const HIGH_WATER_MARK = 1024 * 1024;

/**
 * Writes a file front to back with one gathered write under way, so that receiving and writing overlap
 * and small chunks cost one system call together.
 */
export class BatchedWriter {
  private batch: Uint8Array[] = [];
  private batchBytes = 0;
  private flight: Promise<void> | undefined;

  constructor(private readonly file: FileHandle) {}

  /**
   * Takes a chunk, which must not change afterwards. A promise asks the caller to wait until there is
   * room again. A failed write rejects it or the next one that waits.
   */
  write(chunk: Uint8Array): Promise<void> | undefined {
    this.batch.push(chunk);
    this.batchBytes += chunk.byteLength;
    if (!this.flight) this.flush();
    return this.batchBytes > HIGH_WATER_MARK ? this.flight : undefined;
  }

  /** Resolves when everything taken has been written. */
  async end(): Promise<void> {
    while (this.flight || this.batch.length > 0) {
      if (!this.flight) this.flush();
      await this.flight;
    }
  }

  private flush(): void {
    const chunks = this.batch;
    this.batch = [];
    this.batchBytes = 0;
    this.flight = writeAll(this.file, chunks).then(() => {
      this.flight = undefined;
      if (this.batch.length > 0) this.flush();
    });
    // Whoever waits next sees the failure; until then it must not count as unhandled.
    this.flight.catch(() => {});
  }
}

async function writeAll(file: FileHandle, chunks: Uint8Array[]): Promise<void> {
  const { bytesWritten } = await file.writev(chunks);
  const total = chunks.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (bytesWritten < total) await writeRest(file, Buffer.concat(chunks).subarray(bytesWritten));
}

/** The system may write less than it was given, as just before the disk is full. */
async function writeRest(file: FileHandle, rest: Uint8Array): Promise<void> {
  for (let offset = 0; offset < rest.byteLength;) {
    const { bytesWritten } = await file.write(rest, offset);
    offset += bytesWritten;
  }
}
