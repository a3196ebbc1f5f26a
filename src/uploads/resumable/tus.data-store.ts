import { DataStore, ERRORS, Upload } from '@tus/server';
import type { Alongside } from '../../platform/database/database';
import type { Owner } from '../../platform/http/caller.decorator';
import { FileTooLarge } from '../uploads.errors';
import type { ResumableUpload, UploadState } from './resumable-upload';
import { ResumableUploadNotFound, UploadLengthExceeded } from './resumable-uploads.errors';
import type { ResumableUploadsService } from './resumable-uploads.service';
import type { UploadChecksum } from './upload-checksum';

/** The tus extensions that are offered; expiration and checksum are ours, `@tus/server` leaves them to us. */
const EXTENSIONS = [
  'creation',
  'creation-with-upload',
  'creation-defer-length',
  'termination',
  'expiration',
  'checksum',
];

const TOO_MUCH = ERRORS.ERR_MAX_SIZE_EXCEEDED;

/**
 * What `@tus/server` sees of the uploads: those of one owner, for the time of one request.
 *
 * It says nothing of expiration (`getExpiration()` stays 0), which goes by the service's clock.
 */
export class TusDataStore extends DataStore {
  override extensions = EXTENSIONS;
  /** The upload of the request, as it is after the last call. */
  state: UploadState | undefined;
  /** Why the last piece failed; the library may say something else, as its streams fail along. */
  failure: unknown;
  /** When the last piece is stored or taken back. The library goes on as soon as a stream fails, the lock may not. */
  settled: Promise<void> = Promise.resolve();

  constructor(
    private readonly uploads: ResumableUploadsService,
    private readonly owner: Owner,
    private readonly maxBytes: number,
    private readonly checksum: UploadChecksum | undefined,
    private readonly onCreated: Alongside<ResumableUpload> | undefined,
  ) {
    super();
  }

  override async create(upload: Upload): Promise<Upload> {
    const { id, size = null, metadata = {} } = upload;
    this.state = await this.uploads.create(this.owner, id, size, metadata, this.onCreated);
    return upload;
  }

  override async getUpload(id: string): Promise<Upload> {
    const state = await this.uploads.get(this.owner, id);
    this.state = state;
    const { sizeBytes, offset, metadata } = state;
    return new Upload({ id, size: sizeBytes ?? undefined, offset, metadata: { ...metadata } });
  }

  override async declareUploadLength(id: string, sizeBytes: number): Promise<void> {
    this.state = await this.uploads.declareSize(this.current(id), sizeBytes);
  }

  override async write(stream: AsyncIterable<Buffer>, id: string): Promise<number> {
    const state = this.current(id);
    const written = this.uploads.append(state, this.withinLimit(stream, state), this.checksum);
    this.settled = written.then(
      (after) => void (this.state = after),
      (error: unknown) => void (this.failure = error),
    );
    return (await written).offset;
  }

  override async remove(id: string): Promise<void> {
    await this.uploads.terminate(this.owner, id);
  }

  private current(id: string): UploadState {
    if (this.state?.uploadId !== id) throw new ResumableUploadNotFound(id);
    return this.state;
  }

  /** `@tus/server` ends a stream that goes on for too long; here that gets its meaning. */
  private async *withinLimit(
    stream: AsyncIterable<Buffer>,
    { sizeBytes }: UploadState,
  ): AsyncGenerator<Buffer, void> {
    try {
      yield* stream;
    } catch (error) {
      if ((error as Partial<typeof TOO_MUCH>).status_code !== TOO_MUCH.status_code) throw error;
      throw sizeBytes === null ? new FileTooLarge(this.maxBytes) : new UploadLengthExceeded();
    }
  }
}
