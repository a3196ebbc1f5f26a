import { Injectable, Logger } from '@nestjs/common';
import { FileTypes } from '../../files/file-types';
import { Clock } from '../../platform/clock/clock';
import { Settings } from '../../platform/config/settings';
import { DomainError } from '../../platform/errors/domain-error';
import { EventBus } from '../../platform/events/event-bus';
import { BlobStore } from '../../platform/storage/blob-store';
import { BlobMissing } from '../../platform/storage/storage.errors';
import type { ReceivedFile } from '../file-intake';
import { UploadCompleted } from '../uploads.events';
import { UploadsService } from '../uploads.service';
import { blobKeyOf, expiryOf, type ResumableUpload, type UploadState } from './resumable-upload';
import { ResumableUploadNotFound } from './resumable-uploads.errors';
import { ResumableUploadsRepository } from './resumable-uploads.repository';
import { RunningInspection, RunningInspections, type InspectedUpload } from './running-inspection';
import { readMetadata } from './upload-metadata';

/**
 * Turns an upload whose last byte is in into a file with its job, or into nothing. Every step may be done
 * again, so whoever comes after a crash begins anew: the blob has its key from the start, and one
 * transaction decides.
 */
@Injectable()
export class UploadFinisher {
  private readonly logger = new Logger(UploadFinisher.name);

  constructor(
    private readonly rows: ResumableUploadsRepository,
    private readonly blobs: BlobStore,
    private readonly uploads: UploadsService,
    private readonly inspections: RunningInspections,
    private readonly fileTypes: FileTypes,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /** How many bytes of an upload are there, durably. */
  async received(upload: ResumableUpload): Promise<number> {
    const { uploadId, sizeBytes, jobId, unverifiedFrom } = upload;
    if (jobId !== null && sizeBytes !== null) return sizeBytes;
    if (unverifiedFrom !== null) return unverifiedFrom;
    const grown = await this.blobs.grown(uploadId);
    return grown === 0 && sizeBytes !== null && (await this.isBlob(uploadId)) ? sizeBytes : grown;
  }

  /**
   * Makes a complete upload the owner's file. If that is refused for good, nothing is left of the upload.
   *
   * @throws UnsupportedFileType · ProcessorNotApplicable · ValidationFailed · QuotaExceeded · BlobMissing
   */
  async finish(upload: ResumableUpload): Promise<UploadState> {
    try {
      return await this.accept(upload, await this.store(upload));
    } catch (error) {
      const now = await this.rows.find(upload.owner, upload.uploadId);
      if (now?.jobId) return finished(now); // somebody was quicker, or the commit came through
      if (isRefusal(error)) await this.discard(upload);
      throw error;
    }
  }

  /** Removes an unfinished upload; a finished one stays as it is. The row goes first: what it leaves is swept. */
  async discard({ uploadId }: ResumableUpload): Promise<void> {
    if (!(await this.rows.removeUnfinished(uploadId))) return;
    this.inspections.forget(uploadId);
    const removals = [this.blobs.abandon(uploadId), this.blobs.delete(blobKeyOf(uploadId))];
    for (const removal of await Promise.allSettled(removals)) {
      if (removal.status === 'rejected')
        this.logger.warn(`${uploadId} is left to the sweep: ${String(removal.reason)}`);
    }
  }

  private async store(upload: ResumableUpload): Promise<ReceivedFile> {
    const { uploadId, sizeBytes, metadata } = upload;
    const blobKey = blobKeyOf(uploadId);
    if (sizeBytes === 0) await this.blobs.grow(uploadId, 0, nothing());
    await this.blobs.finish(uploadId, blobKey);
    const { filename } = readMetadata(metadata);
    const inspected = await this.inspect(upload, blobKey, filename);
    if (inspected.sizeBytes !== sizeBytes) throw new BlobMissing();
    return { owned: false, fileId: uploadId, blobKey, filename, ...inspected };
  }

  /** Known already when this process has seen every byte; else they are read once. */
  private async inspect(
    { uploadId, sizeBytes }: ResumableUpload,
    blobKey: string,
    filename: string,
  ): Promise<InspectedUpload> {
    const known = this.inspections.take(uploadId, sizeBytes ?? 0);
    if (known) return known.end();
    const inspection = new RunningInspection((head) => this.fileTypes.classify(filename, head));
    for await (const _ of inspection.pass(await this.blobs.read(blobKey))); // all that counts is what it saw
    return inspection.end();
  }

  private async accept(upload: ResumableUpload, file: ReceivedFile): Promise<UploadState> {
    const { uploadId, owner, metadata } = upload;
    const expiresAt = expiryOf(this.clock, this.settings);
    const { fields } = readMetadata(metadata);
    const { job } = await this.uploads.accept(owner, file, fields, async (queries, accepted) => {
      const isFirst = await this.rows.finish(queries, uploadId, accepted.job.jobId, expiresAt);
      if (!isFirst) throw new ResumableUploadNotFound(uploadId);
    });
    this.events.publish(new UploadCompleted(job, file.sizeBytes));
    return finished({ ...upload, expiresAt, jobId: job.jobId });
  }

  private async isBlob(uploadId: string): Promise<boolean> {
    try {
      await this.blobs.size(blobKeyOf(uploadId));
      return true;
    } catch (error) {
      if (error instanceof BlobMissing) return false;
      throw error;
    }
  }
}

/** For a piece without a byte. */
export async function* nothing(): AsyncGenerator<Buffer, void> {}

function finished(upload: ResumableUpload): UploadState {
  return { ...upload, offset: upload.sizeBytes ?? 0 };
}

/** Faults of the service may pass; what is said about the upload itself stays. */
function isRefusal(error: unknown): boolean {
  return error instanceof DomainError && error.problem.status < 500;
}
