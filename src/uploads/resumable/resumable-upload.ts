import type { Clock } from '../../platform/clock/clock';
import { HOUR_MS } from '../../platform/clock/durations';
import type { Settings } from '../../platform/config/settings';
import type { Owner } from '../../platform/http/caller.decorator';
import type { UploadMetadata } from './upload-metadata';

/** An upload that comes in as many requests as it takes, or came. Its id becomes that of its file. */
export interface ResumableUpload {
  readonly uploadId: string;
  readonly owner: Owner;
  readonly metadata: UploadMetadata;
  /** Null until the client knows. */
  readonly sizeBytes: number | null;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
  /** Milliseconds since the Unix epoch. From then on it is gone; a file that came of it stays. */
  readonly expiresAt: number;
  /**
   * Where the bytes begin that have not passed their checksum yet; null when there are none. While it is
   * set, the upload is only as long as this says.
   */
  readonly unverifiedFrom: number | null;
  /** The job that processes its file, once it is finished. */
  readonly jobId: string | null;
}

/** An upload, and how much of it is durable. */
export interface UploadState extends ResumableUpload {
  readonly offset: number;
}

/** When an upload expires that lives now. */
export function expiryOf(clock: Clock, { RESUMABLE_EXPIRY_HOURS }: Settings): number {
  return clock.now() + RESUMABLE_EXPIRY_HOURS * HOUR_MS;
}

/** First part of the keys of originals that came in several requests. */
export const RESUMED_ORIGINALS = 'resumed';

/** The key of the blob that an upload becomes: known from the start, so that who dies on the way is followed. */
export function blobKeyOf(uploadId: string): string {
  return `${RESUMED_ORIGINALS}/${uploadId.slice(0, 7)}/${uploadId}`;
}

export function uploadIdOf(blobKey: string): string {
  return blobKey.slice(blobKey.lastIndexOf('/') + 1);
}
