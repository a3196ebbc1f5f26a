import { DomainError, Problem } from '../../platform/errors/domain-error';

@Problem({
  code: 'resumable_upload_not_found',
  status: 404,
  title: 'There is no such upload',
  meaning:
    'No resumable upload of yours has this id, or it is over and forgotten. The same answer is given for one of somebody else.',
})
export class ResumableUploadNotFound extends DomainError {
  constructor(uploadId: string) {
    super('There is no such upload.', { extensions: { upload_id: uploadId } });
  }
}

@Problem({
  code: 'resumable_upload_expired',
  status: 410,
  title: 'The upload has expired',
  meaning:
    'Nothing came for longer than `RESUMABLE_EXPIRY_HOURS`, so what had come is removed. Begin a new upload.',
})
export class ResumableUploadExpired extends DomainError {
  constructor(uploadId: string) {
    super('The upload has expired; begin a new one.', { extensions: { upload_id: uploadId } });
  }
}

@Problem({
  code: 'resumable_upload_finished',
  status: 400,
  title: 'The upload is finished',
  meaning: 'A finished upload cannot be terminated: it is a file by now. Delete its job instead.',
})
export class ResumableUploadFinished extends DomainError {
  constructor(jobId: string) {
    super(`The upload is finished; delete the job ${jobId} instead.`, { extensions: { job_id: jobId } });
  }
}

@Problem({
  code: 'upload_offset_mismatch',
  status: 409,
  title: 'The upload goes on at another offset',
  meaning: '`Upload-Offset` is not where the stored bytes end. Ask with HEAD, and go on from there.',
})
export class UploadOffsetMismatch extends DomainError {
  constructor() {
    super('The stored bytes end at another offset; ask for it with HEAD.');
  }
}

@Problem({
  code: 'upload_length_exceeded',
  status: 413,
  title: 'More came than was announced',
  meaning: 'The body goes beyond `Upload-Length`. Nothing of it was stored; the offset is as before.',
})
export class UploadLengthExceeded extends DomainError {
  constructor() {
    super('The body goes beyond the announced length.');
  }
}

@Problem({
  code: 'checksum_mismatch',
  status: 460,
  title: 'The checksum does not match',
  meaning:
    'What arrived has another checksum than `Upload-Checksum` says. Nothing of it was stored: send the same bytes again from the same offset.',
})
export class ChecksumMismatch extends DomainError {
  constructor(algorithm: string) {
    super(`The ${algorithm} of what arrived is another one.`);
  }
}

@Problem({
  code: 'invalid_tus_header',
  status: 400,
  title: 'A tus header is missing or not valid',
  meaning:
    'A header of the tus protocol is missing, malformed, or contradicts another; the detail says which.',
})
export class InvalidTusHeader extends DomainError {}

@Problem({
  code: 'unsupported_tus_version',
  status: 412,
  title: 'This version of tus is not spoken',
  meaning: '`Tus-Resumable` is missing or names another version than 1.0.0.',
})
export class UnsupportedTusVersion extends DomainError {
  constructor() {
    super("Every request needs the header 'Tus-Resumable: 1.0.0'.");
  }
}

@Problem({
  code: 'unsupported_tus_extension',
  status: 501,
  title: 'This tus extension is not offered',
  meaning:
    'The request needs a tus extension that is not offered; OPTIONS lists those that are. Without concatenation there are no parallel parts of one file.',
})
export class UnsupportedTusExtension extends DomainError {}

@Problem({
  code: 'unsupported_upload_body',
  status: 415,
  title: 'Unsupported body of an upload',
  meaning: 'The body of a PATCH must be application/offset+octet-stream, without a Content-Encoding.',
})
export class UnsupportedUploadBody extends DomainError {
  constructor() {
    const accept = 'application/offset+octet-stream';
    super(`The body must be ${accept}, without a Content-Encoding.`, { extensions: { accept } });
  }
}

@Problem({
  code: 'upload_busy',
  status: 423,
  title: 'The upload is in use',
  meaning:
    'Another request for this upload did not let go in time, or took it over from this one. What had come is kept: try again, at the offset that HEAD tells.',
})
export class UploadBusy extends DomainError {
  constructor(cause?: unknown) {
    super('Another request has this upload.', { retryAfter: 1, cause });
  }
}

/** Nobody is left to answer, as a rule: recorded, not sent. */
@Problem({
  code: 'upload_interrupted',
  status: 400,
  title: 'The upload was interrupted',
  meaning: 'The body ended before its time. What had come is kept: go on at the offset that HEAD tells.',
})
export class UploadInterrupted extends DomainError {
  constructor(cause?: unknown) {
    super('The upload was interrupted; go on at the offset that HEAD tells.', { cause });
  }
}
