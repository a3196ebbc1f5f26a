import { createHash } from 'node:crypto';
import { artifactKey, type Artifact } from '../jobs/artifact';
import type { Job } from '../jobs/job';
import type { BlobStore } from '../platform/storage/blob-store';

/** Takes the artifacts of one run. They belong to nobody until the run's transaction names them. */
export class ArtifactSink {
  private readonly stored: Artifact[] = [];
  private readonly pending = new Set<Promise<void>>();

  constructor(
    private readonly job: Job,
    private readonly blobs: BlobStore,
  ) {}

  /** Streams an artifact into the store. */
  readonly add = (name: string, contentType: string, content: AsyncIterable<Uint8Array>): Promise<void> => {
    const storing = this.store(name, contentType, content).finally(() => this.pending.delete(storing));
    this.pending.add(storing);
    return storing;
  };

  /** What was stored. Complete once the run has ended: a thread waits for its artifacts. */
  get artifacts(): readonly Artifact[] {
    return this.stored;
  }

  /**
   * After a run that came to nothing: deletes what was stored, and what is just being stored as soon as its
   * thread has ended. Never rejects: what cannot be deleted now is swept later.
   */
  async discard(): Promise<void> {
    await Promise.allSettled(this.pending);
    await Promise.allSettled(this.stored.map(({ blobKey }) => this.blobs.delete(blobKey)));
  }

  private async store(name: string, contentType: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    const blobKey = artifactKey(this.job.jobId, this.job.attempt, name);
    const hash = createHash('sha256');
    let sizeBytes = 0;
    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const chunk of content) {
        sizeBytes += chunk.byteLength;
        hash.update(chunk);
        yield chunk;
      }
    }
    await this.blobs.put(blobKey, counted());
    this.stored.push({ name, contentType, sizeBytes, sha256: hash.digest('hex'), blobKey });
  }
}
