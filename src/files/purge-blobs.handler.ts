import { Injectable } from '@nestjs/common';
import { BlobStore } from '../platform/storage/blob-store';
import { TaskHandler, type RunningTask } from '../platform/tasks/task-handler';

export const PURGE_BLOBS = 'purge-blobs';

/** Blobs whose rows are gone. */
export interface PurgeBlobs {
  readonly keys: readonly string[];
}

/** Deletes bytes after the transaction that let go of them, so that a delete answers at once. */
@Injectable()
export class PurgeBlobsHandler extends TaskHandler<PurgeBlobs> {
  override readonly kind = PURGE_BLOBS;

  constructor(private readonly blobs: BlobStore) {
    super();
  }

  override async run({ payload }: RunningTask<PurgeBlobs>): Promise<void> {
    for (const key of payload.keys) await this.blobs.delete(key);
  }
}
