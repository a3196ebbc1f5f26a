import type { Settings } from '../platform/config/settings';
import { DomainError, Problem } from '../platform/errors/domain-error';

@Problem({
  code: 'file_not_found',
  status: 404,
  title: 'There is no such file',
  meaning: 'No file of yours has this id. The same answer is given for a file of somebody else.',
})
export class FileNotFound extends DomainError {
  constructor(fileId: string) {
    super('There is no such file.', { extensions: { file_id: fileId } });
  }
}

@Problem({
  code: 'invalid_file_name',
  status: 400,
  title: 'The file name cannot be used',
  meaning: 'The name of the file is empty or contains control characters. Send the file under another name.',
})
export class InvalidFileName extends DomainError {}

@Problem({
  code: 'unsupported_file_type',
  status: 400,
  title: 'This type of file is not accepted',
  meaning:
    'No installed processor takes files with this extension, or the content is not what the extension says. The detail says what was found; `GET /processors` lists what is accepted.',
})
export class UnsupportedFileType extends DomainError {}

type Quota = Pick<Settings, 'QUOTA_BYTES_PER_OWNER' | 'QUOTA_FILES_PER_OWNER'>;

/** `quota` and `used` have the same members; null stands for no limit. */
@Problem({
  code: 'quota_exceeded',
  status: 413,
  title: 'The quota is used up',
  meaning:
    'The file does not fit into what its owner may store (`QUOTA_BYTES_PER_OWNER`, `QUOTA_FILES_PER_OWNER`); nothing was stored. `quota` and `used` say how much of each. Deleting jobs with their files makes room.',
})
export class QuotaExceeded extends DomainError {
  constructor(quota: Quota, used: { readonly bytes: number; readonly files: number }) {
    super('The file does not fit into the quota.', {
      extensions: {
        quota: {
          total_bytes: quota.QUOTA_BYTES_PER_OWNER || null,
          file_count: quota.QUOTA_FILES_PER_OWNER || null,
        },
        used: { total_bytes: used.bytes, file_count: used.files },
      },
    });
  }
}
