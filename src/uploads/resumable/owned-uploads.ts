import { Injectable } from '@nestjs/common';
import type { Owner } from '../../platform/http/caller.decorator';
import { OwnedData } from '../../platform/owners/owned-data';
import { ResumableUploadsRepository } from './resumable-uploads.repository';
import { UploadFinisher } from './upload-finisher';
import { UploadLocks } from './upload-locks';

/** The unfinished uploads of an owner with their bytes, and what is remembered of finished ones. */
@Injectable()
export class OwnedUploads extends OwnedData {
  constructor(
    private readonly rows: ResumableUploadsRepository,
    private readonly finisher: UploadFinisher,
    private readonly locks: UploadLocks,
  ) {
    super();
  }

  /** @throws UploadBusy while somebody still writes, and does not let go: later, then */
  override async deleteOwned(owner: Owner): Promise<void> {
    for (const upload of await this.rows.unfinishedOf(owner)) {
      const release = await this.locks.acquire(upload.uploadId, { onWanted: () => {} });
      await this.finisher.discard(upload).finally(release);
    }
    await this.rows.forgetFinishedOf(owner);
  }
}
