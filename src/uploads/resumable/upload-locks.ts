/** Gives a lock back. Calling it twice does no harm. */
export type Release = () => void;

export interface LockRequest {
  /** Called when somebody else wants the lock, perhaps again and again: who has it should soon let go. */
  readonly onWanted: () => void;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

/**
 * Sees to it that a resumable upload is written by one request at a time.
 *
 * A client whose connection broke comes back before the server has noticed, so a newcomer asks whoever has the
 * lock to let go. Nobody is ever robbed of a lock: who does not let go keeps it, and the newcomer gives up.
 * Exclusion holds among all processes that share the uploads.
 */
export abstract class UploadLocks {
  /**
   * Takes the lock of an upload, in competition with others who wait.
   *
   * @throws UploadBusy when it was not to be had within {@link LOCK_WAIT_MS} · the reason of `signal`
   */
  abstract acquire(uploadId: string, request: LockRequest): Promise<Release>;

  /** The lock if it is free: for who comes back later anyway, and disturbs nobody. */
  abstract tryAcquire(uploadId: string): Promise<Release | undefined>;
}

/** Long enough for a request that lets go to make durable what it has. */
export const LOCK_WAIT_MS = 10_000;
