import { Injectable } from '@nestjs/common';
import { FileTypes } from '../../files/file-types';
import { UnsupportedFileType } from '../../files/files.errors';
import { OwnerUsage } from '../../files/owner-usage';
import { chooseProcessor } from '../../jobs/choose-processor';
import { JobWishes } from '../../jobs/job-wishes';
import { Clock } from '../../platform/clock/clock';
import { Settings } from '../../platform/config/settings';
import type { Alongside } from '../../platform/database/database';
import type { Owner } from '../../platform/http/caller.decorator';
import { UploadAborted } from '../../platform/http/multipart/multipart.errors';
import { BlobStore } from '../../platform/storage/blob-store';
import { FileTooLarge } from '../uploads.errors';
import { expiryOf, type ResumableUpload, type UploadState } from './resumable-upload';
import {
  ResumableUploadExpired,
  ResumableUploadFinished,
  ResumableUploadNotFound,
  UploadLengthExceeded,
} from './resumable-uploads.errors';
import { ResumableUploadsRepository, type UploadChange } from './resumable-uploads.repository';
import { RunningInspections } from './running-inspection';
import { verified, type UploadChecksum } from './upload-checksum';
import { nothing, UploadFinisher } from './upload-finisher';
import { readMetadata, type UploadMetadata } from './upload-metadata';

/** Expiry moves on in steps, so that small pieces do not cost a write each. */
const EXPIRY_STEP_MS = 60_000;

/**
 * Takes an upload in pieces. What changes an upload is for who has its lock.
 *
 * An upload is as long as its growing blob, so no row is written for a piece, and a client whose connection
 * or server dies in the middle of one goes on from where it broke. Only a piece with a checksum counts when
 * it is whole: its row says where it begins until it is verified.
 */
@Injectable()
export class ResumableUploadsService {
  constructor(
    private readonly rows: ResumableUploadsRepository,
    private readonly blobs: BlobStore,
    private readonly finisher: UploadFinisher,
    private readonly inspections: RunningInspections,
    private readonly fileTypes: FileTypes,
    private readonly wishes: JobWishes,
    private readonly usage: OwnerUsage,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /**
   * A new upload without a byte. Whatever can be refused without its bytes is refused here.
   *
   * @throws InvalidFileName · UnsupportedFileType · ValidationFailed · ProcessorNotApplicable · UrlNotAllowed · QuotaExceeded
   */
  async create(
    owner: Owner,
    uploadId: string,
    sizeBytes: number | null,
    metadata: UploadMetadata,
    alongside: Alongside<ResumableUpload> = async () => {},
  ): Promise<UploadState> {
    const { filename, fields } = readMetadata(metadata);
    chooseProcessor(fields, filename, this.fileTypes.takersOf(filename));
    this.wishes.read(fields);
    await this.usage.check(owner, { bytes: sizeBytes ?? 0, files: 1 });
    const upload: ResumableUpload = {
      uploadId,
      owner,
      metadata,
      sizeBytes,
      createdAt: this.clock.now(),
      expiresAt: expiryOf(this.clock, this.settings),
      unverifiedFrom: null,
      jobId: null,
    };
    await this.rows.insert(upload, alongside);
    return this.finishIfComplete({ ...upload, offset: 0 });
  }

  /** Lets an owner pass, without the lock. @throws ResumableUploadNotFound */
  async expectOwner(owner: Owner, uploadId: string): Promise<void> {
    await this.find(owner, uploadId);
  }

  /**
   * The upload as it is. If all of it is here but it was not finished yet, as when somebody died over it, it
   * is finished now.
   *
   * @throws ResumableUploadNotFound · ResumableUploadExpired · the errors of {@link UploadFinisher.finish}
   */
  async get(owner: Owner, uploadId: string): Promise<UploadState> {
    const upload = await this.find(owner, uploadId);
    const state = { ...upload, offset: await this.finisher.received(upload) };
    if (state.offset < (state.sizeBytes ?? Infinity) && this.hasExpired(state))
      throw new ResumableUploadExpired(uploadId);
    return this.finishIfComplete(state);
  }

  /** @throws ResumableUploadNotFound */
  async declareSize(upload: UploadState, sizeBytes: number): Promise<UploadState> {
    await this.change(upload, { size_bytes: sizeBytes });
    return { ...upload, sizeBytes };
  }

  /**
   * Adds a piece. When it is the last one, the upload is finished.
   *
   * @throws UnsupportedFileType, after which nothing is left of the upload
   * @throws ChecksumMismatch · UploadLengthExceeded · FileTooLarge, after which nothing is left of the piece
   * @throws whatever else `source` throws, after which what came of a piece without a checksum is kept
   * @throws the errors of {@link UploadFinisher.finish}
   */
  async append(
    upload: UploadState,
    source: AsyncIterable<Buffer>,
    checksum?: UploadChecksum,
  ): Promise<UploadState> {
    if (upload.jobId !== null) return expectNothing(upload, source);
    if (checksum) await this.change(upload, { unverified_from: upload.offset });
    const offset = await this.grow(upload, source, checksum).catch(async (error: unknown) => {
      await this.clearUp(upload, error, checksum);
      throw error;
    });
    const expiresAt = await this.moveOn(upload, checksum);
    return this.finishIfComplete({ ...upload, offset, expiresAt, unverifiedFrom: null });
  }

  /** Removes an upload that is of no use to its owner; a finished one stays. */
  forget(upload: UploadState): Promise<void> {
    return this.finisher.discard(upload);
  }

  /** Removes an unfinished upload. @throws ResumableUploadNotFound · ResumableUploadFinished */
  async terminate(owner: Owner, uploadId: string): Promise<void> {
    const upload = await this.find(owner, uploadId);
    if (upload.jobId !== null) throw new ResumableUploadFinished(upload.jobId);
    await this.finisher.discard(upload);
  }

  private hasExpired({ expiresAt }: ResumableUpload): boolean {
    return expiresAt <= this.clock.now();
  }

  private async find(owner: Owner, uploadId: string): Promise<ResumableUpload> {
    const upload = await this.rows.find(owner, uploadId);
    if (!upload) throw new ResumableUploadNotFound(uploadId);
    return upload;
  }

  private async change({ uploadId }: ResumableUpload, change: UploadChange): Promise<void> {
    if (!(await this.rows.change(uploadId, change))) throw new ResumableUploadNotFound(uploadId);
  }

  private finishIfComplete(state: UploadState): Promise<UploadState> | UploadState {
    if (state.jobId !== null || state.offset !== state.sizeBytes) return state;
    return this.finisher.finish(state);
  }

  private grow(
    { uploadId, metadata, offset }: UploadState,
    source: AsyncIterable<Buffer>,
    checksum: UploadChecksum | undefined,
  ): Promise<number> {
    const { filename } = readMetadata(metadata);
    const classify = (head: Buffer) => this.fileTypes.classify(filename, head);
    const inspection = this.inspections.resume(uploadId, offset, classify);
    const passing = inspection ? inspection.pass(source) : source;
    return this.blobs.grow(uploadId, offset, checksum ? verified(passing, checksum) : passing);
  }

  /** Everything that is there counts, and the client has shown that it lives. Resolves with the new expiry. */
  private async moveOn(upload: UploadState, checksum?: UploadChecksum): Promise<number> {
    const expiresAt = expiryOf(this.clock, this.settings);
    const wasHeld = checksum !== undefined || upload.unverifiedFrom !== null;
    if (!wasHeld && expiresAt - upload.expiresAt < EXPIRY_STEP_MS) return upload.expiresAt;
    await this.change(upload, { expires_at: expiresAt, unverified_from: null });
    return expiresAt;
  }

  /** Takes back what is not to be kept of a piece that failed. */
  private async clearUp(
    upload: UploadState,
    error: unknown,
    checksum: UploadChecksum | undefined,
  ): Promise<void> {
    if (error instanceof UnsupportedFileType) return this.finisher.discard(upload);
    // It may have seen what is not kept.
    if (!(error instanceof UploadAborted)) this.inspections.forget(upload.uploadId);
    if (checksum || error instanceof UploadLengthExceeded || error instanceof FileTooLarge)
      await this.blobs.grow(upload.uploadId, upload.offset, nothing());
    await this.moveOn(upload, checksum);
  }
}

async function expectNothing(upload: UploadState, source: AsyncIterable<Buffer>): Promise<UploadState> {
  for await (const chunk of source) if (chunk.length > 0) throw new UploadLengthExceeded();
  return upload;
}
