import type { Clock } from '../../platform/clock/clock';
import type { Lease, Leases } from '../../platform/leases/leases';
import { InMemoryUploadLocks } from './in-memory.upload-locks';
import { UploadBusy } from './resumable-uploads.errors';
import { LOCK_WAIT_MS, UploadLocks, type LockRequest, type Release } from './upload-locks';

/** Between two attempts to get what another instance has. */
const PAUSE_MS = 200;

/**
 * Locks among the requests of several instances: those of one take turns first, then it competes with the others for a
 * lease. Who loses the lease is asked to let go, as if somebody wanted it; what is written to the rows of an upload after
 * that is refused or repeats what is there, and pieces of its bytes are those of one client.
 */
export class LeasedUploadLocks extends UploadLocks {
  private readonly here: InMemoryUploadLocks;

  constructor(
    private readonly leases: Leases,
    private readonly clock: Clock,
  ) {
    super();
    this.here = new InMemoryUploadLocks(clock);
  }

  override async acquire(uploadId: string, request: LockRequest): Promise<Release> {
    const giveUpAt = this.clock.now() + LOCK_WAIT_MS;
    const { signal } = request;
    let isWanted = false;
    const onWanted = () => {
      isWanted = true;
      request.onWanted();
    };
    const release = await this.here.acquire(uploadId, { onWanted, signal });
    try {
      return toRelease(await this.compete(nameOf(uploadId), { onWanted, signal }, giveUpAt), release);
    } catch (error) {
      release();
      // Who let go for somebody else before it had the lease was not abandoned by its client.
      throw isWanted && error === signal?.reason ? new UploadBusy(error) : error;
    }
  }

  override async tryAcquire(uploadId: string): Promise<Release | undefined> {
    const release = await this.here.tryAcquire(uploadId);
    if (!release) return undefined;
    const lease = await this.leases.take(nameOf(uploadId)).catch((error: unknown) => {
      release();
      throw error;
    });
    if (lease) return toRelease(lease, release);
    release();
    return undefined;
  }

  private async compete(name: string, { onWanted, signal }: LockRequest, giveUpAt: number): Promise<Lease> {
    for (;;) {
      signal?.throwIfAborted();
      const lease = await this.leases.take(name, onWanted);
      if (lease && signal?.aborted) await lease.release();
      else if (lease) return lease;
      else if (this.clock.now() >= giveUpAt) throw new UploadBusy();
      else {
        await this.leases.want(name);
        await this.pause(signal);
      }
    }
  }

  private pause(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const cancel = this.clock.after(PAUSE_MS, end);
      signal?.addEventListener('abort', end, { once: true });
      if (signal?.aborted) end();
    });
  }
}

function nameOf(uploadId: string): string {
  return `upload ${uploadId}`;
}

/** The next one here goes on when the lease is free. */
function toRelease(lease: Lease, release: Release): Release {
  return () => void lease.release().then(release);
}
