import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  type MultipartUpload,
  paginateListObjectsV2,
  paginateListParts,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { Readable } from 'node:stream';
import type { ByteRange } from '../blob-store';
import { translated } from './s3.errors';

/** Bytes of a part that is sent; what an upload holds in memory is a few of them. */
export const PART_BYTES = 8 * 1024 * 1024;
/** Parts of one object that are made at the same time. */
const PARTS_AT_ONCE = 4;

export interface StoredObject {
  readonly key: string;
  readonly size: number;
  /** Milliseconds since the Unix epoch. */
  readonly modifiedAt: number;
}

/** What an object is composed of: bytes, or the whole of another object, which the store copies by itself. */
export type Part = { readonly bytes: Uint8Array } | { readonly copyOf: string };

/** An upload in parts that was neither completed nor aborted. */
interface OpenUpload {
  readonly key: string;
  readonly uploadId: string;
  /** When it began. */
  readonly startedAt: number;
}

/**
 * One bucket, by what the store needs of it.
 *
 * Every method throws BlobMissing, StorageFull or StorageUnavailable for what the store says; what a source
 * throws comes through as it is.
 */
export class S3Bucket {
  constructor(
    private readonly client: S3Client,
    private readonly name: string,
  ) {}

  async put(key: string, bytes: Uint8Array): Promise<void> {
    await translated(this.client.send(new PutObjectCommand({ ...this.at(key), Body: bytes })));
  }

  /** A little in one request, more in parts; when it fails the parts are taken back. */
  async putStream(key: string, source: AsyncIterable<Uint8Array>): Promise<void> {
    const body = Readable.from(source, { objectMode: true, highWaterMark: 1 });
    const params = { ...this.at(key), Body: body };
    try {
      await translated(
        new Upload({ client: this.client, params, partSize: PART_BYTES, queueSize: 2 }).done(),
      );
    } finally {
      body.destroy();
    }
  }

  async size(key: string): Promise<number> {
    const { ContentLength = 0 } = await translated(this.client.send(new HeadObjectCommand(this.at(key))));
    return ContentLength;
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    const Range = range && `bytes=${range.start}-${range.end}`;
    const { Body } = await translated(this.client.send(new GetObjectCommand({ ...this.at(key), Range })));
    return Body as Readable;
  }

  /** To delete what is not there is no error. */
  async delete(key: string): Promise<void> {
    await translated(this.client.send(new DeleteObjectCommand(this.at(key))));
  }

  /** In the order of their keys. */
  async *list(prefix: string): AsyncGenerator<StoredObject, void> {
    const pages = paginateListObjectsV2({ client: this.client }, { Bucket: this.name, Prefix: prefix });
    for await (const { Contents = [] } of translatedPages(pages)) {
      for (const { Key = '', Size = 0, LastModified } of Contents)
        yield { key: Key, size: Size, modifiedAt: LastModified?.getTime() ?? 0 };
    }
  }

  /** Makes an object of others and of bytes; appears whole, or not at all. */
  async compose(key: string, parts: AsyncIterable<Part>): Promise<void> {
    const { UploadId } = await translated(
      this.client.send(new CreateMultipartUploadCommand({ ...this.at(key), ChecksumAlgorithm: 'CRC32' })),
    );
    const upload = { ...this.at(key), UploadId };
    try {
      const Parts: CompletedPart[] = [];
      let batch: Promise<CompletedPart>[] = [];
      let number = 0;
      for await (const part of parts) {
        batch.push(this.addPart(upload, ++number, part));
        if (batch.length < PARTS_AT_ONCE) continue;
        Parts.push(...(await Promise.all(batch)));
        batch = [];
      }
      Parts.push(...(await Promise.all(batch)));
      const complete = new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } });
      await translated(this.client.send(complete));
    } catch (error) {
      await this.client.send(new AbortMultipartUploadCommand(upload)).catch(() => {}); // swept later
      throw error;
    }
  }

  /** The whole of another object; the bytes do not travel. */
  async copy(from: string, to: string): Promise<void> {
    const CopySource = this.sourceOf(from);
    await translated(this.client.send(new CopyObjectCommand({ ...this.at(to), CopySource })));
  }

  /** Aborts the uploads in parts under a prefix that nobody has touched since `before`; resolves with how many. */
  async abortStale(prefix: string, before: number): Promise<number> {
    let aborted = 0;
    for await (const upload of this.openUploads(prefix)) {
      if (upload.startedAt >= before || (await this.hasPartSince(upload, before))) continue;
      const { key, uploadId: UploadId } = upload;
      await translated(this.client.send(new AbortMultipartUploadCommand({ ...this.at(key), UploadId })));
      aborted++;
    }
    return aborted;
  }

  async ping(): Promise<void> {
    await translated(this.client.send(new HeadBucketCommand({ Bucket: this.name })));
  }

  private async addPart(
    upload: { Bucket: string; Key: string; UploadId: string | undefined },
    PartNumber: number,
    part: Part,
  ): Promise<CompletedPart> {
    if ('bytes' in part) {
      const command = new UploadPartCommand({ ...upload, PartNumber, Body: part.bytes });
      const { ETag, ChecksumCRC32 } = await translated(this.client.send(command));
      return { PartNumber, ETag, ChecksumCRC32 };
    }
    const command = new UploadPartCopyCommand({
      ...upload,
      PartNumber,
      CopySource: this.sourceOf(part.copyOf),
    });
    const { CopyPartResult } = await translated(this.client.send(command));
    return { PartNumber, ETag: CopyPartResult?.ETag, ChecksumCRC32: CopyPartResult?.ChecksumCRC32 };
  }

  private async *openUploads(prefix: string): AsyncGenerator<OpenUpload, void> {
    let KeyMarker: string | undefined;
    let UploadIdMarker: string | undefined;
    do {
      const page = { Bucket: this.name, Prefix: prefix, KeyMarker, UploadIdMarker };
      const found = await translated(this.client.send(new ListMultipartUploadsCommand(page)));
      yield* (found.Uploads ?? []).map(toOpenUpload);
      KeyMarker = found.IsTruncated ? found.NextKeyMarker : undefined;
      UploadIdMarker = found.NextUploadIdMarker;
    } while (KeyMarker !== undefined);
  }

  private async hasPartSince({ key, uploadId }: OpenUpload, before: number): Promise<boolean> {
    const pages = paginateListParts({ client: this.client }, { ...this.at(key), UploadId: uploadId });
    for await (const { Parts = [] } of translatedPages(pages)) {
      if (Parts.some(({ LastModified }) => (LastModified?.getTime() ?? 0) >= before)) return true;
    }
    return false;
  }

  private at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.name, Key: key };
  }

  private sourceOf(key: string): string {
    return `${this.name}/${key}`;
  }
}

function toOpenUpload({ Key = '', UploadId = '', Initiated }: MultipartUpload): OpenUpload {
  return { key: Key, uploadId: UploadId, startedAt: Initiated?.getTime() ?? 0 };
}

async function* translatedPages<T>(pages: AsyncGenerator<T>): AsyncGenerator<T, void> {
  for (;;) {
    const { done, value } = await translated(pages.next());
    if (done) return;
    yield value;
  }
}
