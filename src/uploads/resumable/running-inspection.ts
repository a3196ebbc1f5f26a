import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { SNIFF_BYTES, type FileClass } from '../../files/file-types';
import type { Inspected } from '../inspection';

/** Judges the first bytes of a file; throws to refuse it. */
export type Classify = (head: Buffer) => Promise<FileClass>;

/** What is known about an upload once all of it has passed. */
export type InspectedUpload = Inspected & FileClass;

/**
 * The one pass over an upload that comes in several requests: counts and hashes what goes by, and judges
 * the beginning as soon as it is there. The chunk that completes it passes only after that.
 */
export class RunningInspection {
  private readonly hash = createHash('sha256');
  private head: Buffer | undefined = Buffer.alloc(SNIFF_BYTES);
  private fileClass: FileClass | undefined;
  private passed = 0;

  constructor(private readonly classify: Classify) {}

  /** How many bytes have passed. */
  get sizeBytes(): number {
    return this.passed;
  }

  /** @throws whatever the judgement or `source` throws */
  async *pass(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
    for await (const chunk of source) {
      const start = this.passed;
      this.passed += chunk.length;
      this.hash.update(chunk);
      if (this.head) await this.look(this.head, start, chunk);
      yield chunk;
    }
  }

  /** To be asked once, when everything has passed. @throws whatever the judgement throws */
  async end(): Promise<InspectedUpload> {
    const { passed: sizeBytes, head, hash } = this;
    const fileClass = this.fileClass ?? (await this.classify(head!.subarray(0, sizeBytes)));
    return { ...fileClass, sizeBytes, sha256: hash.digest('hex') };
  }

  private async look(head: Buffer, start: number, chunk: Buffer): Promise<void> {
    chunk.copy(head, start);
    if (this.passed < SNIFF_BYTES) return;
    this.fileClass = await this.classify(head);
    this.head = undefined;
  }
}

/** Uploads whose inspection is kept, some 5 KB each; one beyond this count costs another reading at its end. */
const KEPT = 1_000;

/**
 * The inspections of uploads that this process has received from their first byte on. A cache: what it
 * does not have is found out by reading the bytes again.
 */
@Injectable()
export class RunningInspections {
  private readonly kept = new Map<string, RunningInspection>();

  /** The inspection of an upload that goes on at `offset`, if it has seen all that is before. */
  resume(uploadId: string, offset: number, classify: Classify): RunningInspection | undefined {
    const known = this.take(uploadId, offset) ?? (offset === 0 ? new RunningInspection(classify) : undefined);
    if (known) this.keep(uploadId, known);
    return known;
  }

  /** Gives away the inspection of an upload, if it has seen exactly `sizeBytes`. */
  take(uploadId: string, sizeBytes: number): RunningInspection | undefined {
    const known = this.kept.get(uploadId);
    this.kept.delete(uploadId);
    return known?.sizeBytes === sizeBytes ? known : undefined;
  }

  forget(uploadId: string): void {
    this.kept.delete(uploadId);
  }

  private keep(uploadId: string, inspection: RunningInspection): void {
    this.kept.set(uploadId, inspection);
    const [oldest] = this.kept.keys();
    if (this.kept.size > KEPT && oldest !== undefined) this.kept.delete(oldest);
  }
}
