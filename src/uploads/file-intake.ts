import { Injectable } from '@nestjs/common';
import { cleanFileName } from '../files/file-name';
import { FileTypes, SNIFF_BYTES, type FileClass } from '../files/file-types';
import { ORIGINALS } from '../files/files.repository';
import { Ids } from '../platform/clock/ids';
import { Settings } from '../platform/config/settings';
import { verifyDigests } from '../platform/http/digests';
import { BlobStore } from '../platform/storage/blob-store';
import { Inspection, type Inspected } from './inspection';

/** A file on its way in. */
export interface IncomingFile {
  /** As the caller gives it. */
  readonly filename: string;
  readonly body: AsyncIterable<Buffer>;
  /** The SHA-256 that it is said to have, lower-case hex. */
  readonly digests?: readonly string[];
}

/** A file whose bytes are durable. */
export interface ReceivedFile extends Inspected, FileClass {
  /** Whether rows point to it by now: from then on it must not be discarded. */
  owned: boolean;
  readonly fileId: string;
  readonly blobKey: string;
  readonly filename: string;
}

/** Judges files and streams them into the blob store, whatever the door. */
@Injectable()
export class FileIntake {
  constructor(
    private readonly settings: Settings,
    private readonly fileTypes: FileTypes,
    private readonly blobs: BlobStore,
    private readonly ids: Ids,
  ) {}

  /**
   * Stores a file that nobody owns yet. If it rejects, nothing is left of it.
   *
   * @throws InvalidFileName · UnsupportedFileType · FileTooLarge · DigestMismatch · what {@link BlobStore.put} throws
   */
  async store({ filename: givenName, body, digests = [] }: IncomingFile): Promise<ReceivedFile> {
    const filename = cleanFileName(givenName);
    const fileId = this.ids.next();
    const blobKey = originalKey(fileId);
    let fileClass!: FileClass;
    const inspection = new Inspection(this.settings.MAX_FILE_SIZE_BYTES, async (head) => {
      fileClass = await this.fileTypes.classify(filename, head.subarray(0, SNIFF_BYTES));
    });
    let inspected!: Inspected;
    async function* passed(): AsyncGenerator<Buffer, void> {
      yield* inspection.pass(body);
      inspected = inspection.end();
      verifyDigests(digests, [inspected.sha256]);
    }
    await this.blobs.put(blobKey, passed());
    return { owned: false, fileId, blobKey, filename, ...fileClass, ...inspected };
  }

  discard({ blobKey }: ReceivedFile): Promise<void> {
    return this.blobs.delete(blobKey);
  }
}

/**
 * Directories by the time in the identifier, a new one about every 17 minutes: they stay small, and
 * uploads that come together share one, whose sync they share too.
 */
export function originalKey(fileId: string): string {
  return `${ORIGINALS}/${fileId.slice(0, 7)}/${fileId}`;
}
