import { DomainError, Problem } from '../errors/domain-error';
import { StorageFull } from '../errors/storage-full.error';

@Problem({
  code: 'blob_missing',
  status: 500,
  title: 'Stored bytes are missing or damaged',
  meaning:
    'The stored bytes are gone or are not those that were uploaded. The service never answers with wrong bytes instead; the operator has to restore them from a backup.',
})
export class BlobMissing extends DomainError {
  constructor(cause?: unknown) {
    super('The stored bytes are missing or damaged.', { cause });
  }
}

@Problem({
  code: 'storage_unavailable',
  status: 503,
  title: 'The storage is not available',
  meaning:
    'The storage did not answer or has no file descriptors left. Nothing was stored; try again after `Retry-After`.',
})
export class StorageUnavailable extends DomainError {
  constructor(cause: unknown) {
    super('The storage is not available at the moment.', { cause, retryAfter: 5 });
  }
}

/** Gives the errors of the file system their meaning; leaves all others as they are. */
export function translateFileError(error: unknown): unknown {
  switch ((error as NodeJS.ErrnoException | undefined)?.code) {
    case 'ENOENT':
      return new BlobMissing(error);
    case 'ENOSPC':
    case 'EDQUOT':
      return new StorageFull(error);
    case 'EMFILE':
    case 'ENFILE':
    case 'EIO':
    case 'EROFS':
    case 'EACCES':
    case 'ENOTDIR':
      return new StorageUnavailable(error);
    default:
      return error;
  }
}
