import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock';
import { UploadBusy } from './resumable-uploads.errors';
import { LOCK_WAIT_MS, UploadLocks, type LockRequest, type Release } from './upload-locks';

interface Holder {
  readonly onWanted: () => void;
  readonly released: Promise<void>;
}

/** Locks among the requests of one process. */
@Injectable()
export class InMemoryUploadLocks extends UploadLocks {
  private readonly holders = new Map<string, Holder>();

  constructor(private readonly clock: Clock) {
    super();
  }

  override async acquire(uploadId: string, { onWanted, signal }: LockRequest): Promise<Release> {
    const patience = this.patience(signal);
    try {
      for (;;) {
        signal?.throwIfAborted();
        const holder = this.holders.get(uploadId);
        if (!holder) return this.hold(uploadId, onWanted);
        holder.onWanted();
        await Promise.race([holder.released, patience.over]);
      }
    } finally {
      patience.end();
    }
  }

  override async tryAcquire(uploadId: string): Promise<Release | undefined> {
    return this.holders.has(uploadId) ? undefined : this.hold(uploadId, () => {});
  }

  private hold(uploadId: string, onWanted: () => void): Release {
    let release!: Release;
    const released = new Promise<void>((resolve) => {
      release = () => {
        if (this.holders.get(uploadId) === holder) this.holders.delete(uploadId);
        resolve();
      };
    });
    const holder = { onWanted, released };
    this.holders.set(uploadId, holder);
    return release;
  }

  /** `over` rejects when there is no point in waiting on. */
  private patience(signal: AbortSignal | undefined) {
    let end!: () => void;
    const over = new Promise<never>((_, reject) => {
      const onAbort = () => reject(signal?.reason as Error);
      const cancel = this.clock.after(LOCK_WAIT_MS, () => reject(new UploadBusy()));
      signal?.addEventListener('abort', onAbort, { once: true });
      end = () => {
        cancel();
        signal?.removeEventListener('abort', onAbort);
      };
    });
    over.catch(() => {}); // whoever waits sees it
    return { over, end };
  }
}
