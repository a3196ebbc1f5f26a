import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock';
import { Sweeper } from '../../platform/clock/sweeper';
import { Settings } from '../../platform/config/settings';
import { BlobStore } from '../../platform/storage/blob-store';
import type { ResumableUpload } from './resumable-upload';
import { ResumableUploadsRepository } from './resumable-uploads.repository';
import { UploadFinisher } from './upload-finisher';
import { UploadLocks } from './upload-locks';

const BATCH = 500;

/**
 * Brings to an end what clients left: finishes uploads that are complete, as after a crash behind the last
 * byte, and removes those that have expired, with their bytes. A file that came of an upload is not touched.
 */
@Injectable()
export class ResumableUploadsSweeper extends Sweeper {
  constructor(
    private readonly rows: ResumableUploadsRepository,
    private readonly finisher: UploadFinisher,
    private readonly locks: UploadLocks,
    private readonly blobs: BlobStore,
    clock: Clock,
    private readonly settings: Settings,
  ) {
    super(clock, settings.SWEEP_INTERVAL_SECONDS * 1000, true);
  }

  override async sweep(): Promise<void> {
    await this.rows.forgetFinished(this.clock.now());
    for await (const upload of this.unfinished()) await this.settleAlone(upload);
    await this.sweepOrphans();
  }

  private async *unfinished(): AsyncGenerator<ResumableUpload> {
    for (let after = ''; !this.stopping;) {
      const uploads = await this.rows.unfinished(after, BATCH);
      yield* uploads;
      if (uploads.length < BATCH) return;
      after = uploads[uploads.length - 1].uploadId;
    }
  }

  /** An upload that is being written to is not left. */
  private async settleAlone(upload: ResumableUpload): Promise<void> {
    if (this.stopping) return;
    const release = await this.locks.tryAcquire(upload.uploadId);
    if (!release) return;
    try {
      await this.settle(upload);
    } catch (error) {
      this.logger.warn(`The upload ${upload.uploadId} is left as it is: ${String(error)}`);
    } finally {
      release();
    }
  }

  private async settle({ owner, uploadId }: ResumableUpload): Promise<void> {
    const upload = await this.rows.find(owner, uploadId); // it may have changed before the lock was ours
    if (!upload || upload.jobId !== null) return;
    if ((await this.finisher.received(upload)) === upload.sizeBytes) await this.finisher.finish(upload);
    else if (upload.expiresAt <= this.clock.now()) await this.finisher.discard(upload);
  }

  /** Bytes whose row is gone, as after a crash between the two. */
  private async sweepOrphans(): Promise<void> {
    const before = this.clock.now() - this.settings.SWEEP_GRACE_SECONDS * 1000;
    let batch: string[] = [];
    for await (const { id, modifiedAt } of this.blobs.growing()) {
      if (this.stopping) return;
      if (modifiedAt < before) batch.push(id);
      if (batch.length < BATCH) continue;
      await this.abandonOrphans(batch);
      batch = [];
    }
    await this.abandonOrphans(batch);
  }

  private async abandonOrphans(ids: readonly string[]): Promise<void> {
    const wanted = await this.rows.unfinishedAmong(ids);
    for (const id of ids) if (!wanted.has(id)) await this.blobs.abandon(id);
  }
}
