import { StorageFull } from '../../errors/storage-full.error';
import { BlobMissing, StorageUnavailable } from '../storage.errors';

/** What the SDK leaves on the errors of a request, also of one that never got an answer. */
interface S3Fault extends Error {
  readonly $metadata: { readonly httpStatusCode?: number };
}

const MISSING: ReadonlySet<string> = new Set(['NoSuchKey', 'NotFound', 'NoSuchUpload']);
/** How stores other than Amazon's say that there is no room. */
const FULL: ReadonlySet<string> = new Set(['QuotaExceeded', 'XMinioStorageFull', 'InsufficientStorage']);

/** Gives what S3 says its meaning; leaves all other errors as they are. */
export async function translated<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw isS3Fault(error) ? meaningOf(error) : error;
  }
}

function isS3Fault(error: unknown): error is S3Fault {
  return error instanceof Error && '$metadata' in error;
}

function meaningOf(fault: S3Fault): Error {
  if (MISSING.has(fault.name)) return new BlobMissing(fault);
  if (FULL.has(fault.name) || fault.$metadata.httpStatusCode === 507) return new StorageFull(fault);
  return new StorageUnavailable(fault);
}
