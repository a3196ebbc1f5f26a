import { ERRORS } from '@tus/server';
import { DomainError } from '../../platform/errors/domain-error';
import { UploadAborted } from '../../platform/http/multipart/multipart.errors';
import { FileTooLarge } from '../uploads.errors';
import {
  InvalidTusHeader,
  ResumableUploadNotFound,
  UnsupportedTusExtension,
  UploadBusy,
  UploadInterrupted,
  UploadLengthExceeded,
  UploadOffsetMismatch,
} from './resumable-uploads.errors';

/** How `@tus/server` says that something is wrong. */
export interface TusFault {
  readonly status_code: number;
  readonly body: string;
}

export interface TusFaultContext {
  readonly uploadId: string;
  readonly maxBytes: number;
}

/** Gives what `@tus/server` threw or answered its meaning; what is not its own stays as it is. */
export function translateTusFault(fault: unknown, { uploadId, maxBytes }: TusFaultContext): unknown {
  if (fault instanceof UploadAborted) return new UploadInterrupted(fault);
  if (fault instanceof DomainError || !isTusFault(fault)) return fault;
  if (fault.body === ERRORS.ABORTED.body) return new UploadBusy(fault); // clients come again after 423, not after 400
  if (fault.body === ERRORS.ERR_MAX_SIZE_EXCEEDED.body) return new FileTooLarge(maxBytes);
  switch (fault.status_code) {
    case 400:
    case 403: // a header that PATCH needs is missing
      return new InvalidTusHeader(sentence(fault.body), { cause: fault });
    case 404:
      return new ResumableUploadNotFound(uploadId);
    case 409:
      return new UploadOffsetMismatch();
    case 413:
      return new UploadLengthExceeded();
    case 501:
      return new UnsupportedTusExtension(sentence(fault.body), { cause: fault });
    default:
      return new Error(`@tus/server answered ${fault.status_code}: ${fault.body}`, { cause: fault });
  }
}

function isTusFault(fault: unknown): fault is TusFault {
  return typeof fault === 'object' && fault !== null && 'status_code' in fault && 'body' in fault;
}

function sentence(body: string): string {
  return `${body.trim().replace(/\.$/, '')}.`;
}
