import { Injectable, Logger } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { cleanFileName } from '../files/file-name';
import { FileTypes, SNIFF_BYTES, type FileClass } from '../files/file-types';
import { ORIGINALS } from '../files/files.repository';
import { Clock } from '../platform/clock/clock';
import { Ids } from '../platform/clock/ids';
import { Settings } from '../platform/config/settings';
import { RequestTimeout } from '../platform/http/http.errors';
import { MultipartReader, type FilePart } from '../platform/http/multipart/multipart.reader';
import { BlobStore } from '../platform/storage/blob-store';
import { Inspection, type Inspected } from './inspection';
import { MissingFile, UnexpectedField } from './uploads.errors';

const KiB = 1024;
const MiB = 1024 * KiB;

/**
 * How long what follows a file may take to come. Nobody owns the file until then, so it has to be far less
 * than SWEEP_GRACE_SECONDS.
 */
const REST_MS = 60_000;

/** A file whose bytes are durable. */
export interface ReceivedFile extends Inspected, FileClass {
  /** Whether rows point to it by now: from then on it must not be discarded. */
  owned: boolean;
  readonly fileId: string;
  readonly blobKey: string;
  readonly filename: string;
}

/** One upload request, read to its end. */
export interface ReceivedUpload {
  readonly fields: Readonly<Record<string, string>>;
  readonly file: ReceivedFile;
  /** Milliseconds that receiving and storing took. */
  readonly uploadTimeMs: number;
}

/** Takes the file out of a multipart request and streams it into the blob store. */
@Injectable()
export class UploadReceiver {
  private readonly logger = new Logger(UploadReceiver.name);
  private readonly multipart: MultipartReader;

  constructor(
    private readonly settings: Settings,
    private readonly fileTypes: FileTypes,
    private readonly blobs: BlobStore,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {
    this.multipart = new MultipartReader({
      bodyBytes: settings.MAX_FILE_SIZE_BYTES + MiB,
      files: 1,
      fields: 20,
      fieldNameBytes: 100,
      fieldBytes: 16 * KiB,
      headerBytes: 8 * KiB,
    });
  }

  /**
   * Reads the whole request. If it rejects, nothing is left of it.
   *
   * @throws MissingFile · UnexpectedField · FileTooLarge · UnsupportedFileType · InvalidFileName · the errors of
   * {@link MultipartReader} and {@link BlobStore.put}
   */
  async receive(request: IncomingMessage): Promise<ReceivedUpload> {
    const startedAt = this.clock.now();
    const fields = new Map<string, string>();
    let file: ReceivedFile | undefined;
    let storedAt = startedAt;
    try {
      for await (const part of this.multipart.parts(request)) {
        if (part.kind === 'file') {
          file = await this.store(part);
          storedAt = this.clock.now();
        } else addField(fields, part.name, part.value);
      }
      if (!file) throw new MissingFile();
      if (this.clock.now() - storedAt > REST_MS) throw new RequestTimeout();
    } catch (error) {
      if (file) await this.discard(file);
      throw error;
    }
    return { fields: Object.fromEntries(fields), file, uploadTimeMs: this.clock.now() - startedAt };
  }

  /** Forgets the bytes of a file that nobody came to own. Never rejects: what cannot be deleted now is swept later. */
  async discard({ blobKey }: ReceivedFile): Promise<void> {
    await this.blobs.delete(blobKey).catch((error: unknown) => {
      this.logger.warn(`${blobKey} is left to the sweep: ${String(error)}`);
    });
  }

  private async store(part: FilePart): Promise<ReceivedFile> {
    if (part.name !== 'file') throw new UnexpectedField(`A file came as '${part.name}'; send it as 'file'.`);
    if (part.filename === '') throw new MissingFile();
    const filename = cleanFileName(part.filename);
    const fileId = this.ids.next();
    const blobKey = blobKeyOf(fileId);
    let fileClass!: FileClass;
    const inspection = new Inspection(this.settings.MAX_FILE_SIZE_BYTES, async (head) => {
      fileClass = await this.fileTypes.classify(filename, head.subarray(0, SNIFF_BYTES));
    });
    await this.blobs.put(blobKey, inspection.pass(part.body));
    return { owned: false, fileId, blobKey, filename, ...fileClass, ...inspection.end() };
  }
}

/**
 * Directories by the time in the identifier, a new one about every 17 minutes: they stay small, and
 * uploads that come together share one, whose sync they share too.
 */
function blobKeyOf(fileId: string): string {
  return `${ORIGINALS}/${fileId.slice(0, 7)}/${fileId}`;
}

function addField(fields: Map<string, string>, name: string, value: string): void {
  if (fields.has(name)) throw new UnexpectedField(`The field '${name}' came twice.`);
  if (value !== '') fields.set(name, value);
}
