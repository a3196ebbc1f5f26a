import type { Readable } from 'node:stream';
import { checkKey } from '../blob-key';
import { BlobStore, type BlobEntry, type ByteRange, type GrowingBlob, type LocalBlob } from '../blob-store';
import { BlobMissing } from '../storage.errors';
import { GrowingObjects } from './growing-objects';
import type { LocalCopies } from './local-copies';
import type { S3Bucket } from './s3.bucket';

const PREFIX = 'blobs/';

/**
 * Blobs as objects of a bucket: `blobs/<key>`, and `growing/<id>/…` beside them.
 *
 * An object is there whole or not at all, and S3 answers when it is durable. Uploads in parts that a death
 * left open are invisible; the sweep aborts them.
 */
export class S3BlobStore extends BlobStore {
  private readonly growingObjects: GrowingObjects;

  constructor(
    private readonly bucket: S3Bucket,
    private readonly copies: LocalCopies,
  ) {
    super();
    this.growingObjects = new GrowingObjects(bucket);
  }

  override async put(key: string, source: AsyncIterable<Uint8Array>): Promise<void> {
    await this.bucket.putStream(nameOf(key), source);
  }

  override async size(key: string): Promise<number> {
    return this.bucket.size(nameOf(key));
  }

  override async read(key: string, range?: ByteRange): Promise<Readable> {
    return this.bucket.read(nameOf(key), range);
  }

  override async local(key: string): Promise<LocalBlob> {
    return this.copies.make(await this.bucket.read(nameOf(key)));
  }

  override async delete(key: string): Promise<void> {
    await this.bucket.delete(nameOf(key));
  }

  override async *list(prefix: string): AsyncIterable<BlobEntry> {
    for await (const { key, modifiedAt } of this.bucket.list(`${nameOf(prefix)}/`))
      yield { key: key.slice(PREFIX.length), modifiedAt };
  }

  override grow(id: string, offset: number, source: AsyncIterable<Uint8Array>): Promise<number> {
    return this.growingObjects.grow(id, offset, source);
  }

  override grown(id: string): Promise<number> {
    return this.growingObjects.grown(id);
  }

  override async finish(id: string, key: string): Promise<void> {
    const composed = await this.growingObjects.composeInto(id, nameOf(key));
    if (!composed && !(await this.has(key))) throw new BlobMissing();
    await this.growingObjects.abandon(id);
  }

  override abandon(id: string): Promise<void> {
    return this.growingObjects.abandon(id);
  }

  override growing(): AsyncIterable<GrowingBlob> {
    return this.growingObjects.list();
  }

  override async sweepUnfinished(before: number): Promise<number> {
    return (await this.bucket.abortStale(PREFIX, before)) + (await this.copies.sweep(before));
  }

  override async ping(): Promise<void> {
    await this.bucket.ping();
  }

  private async has(key: string): Promise<boolean> {
    return this.size(key).then(
      () => true,
      (error: unknown) => {
        if (error instanceof BlobMissing) return false;
        throw error;
      },
    );
  }
}

function nameOf(key: string): string {
  return PREFIX + checkKey(key);
}
