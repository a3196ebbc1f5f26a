import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiOperation, ApiParam, ApiResponse } from '@nestjs/swagger';
import { InvalidFileName, QuotaExceeded, UnsupportedFileType } from '../../files/files.errors';
import { ProcessorNotApplicable } from '../../jobs/jobs.errors';
import { BacklogFull } from '../../platform/admission/admission.errors';
import { DatabaseUnavailable } from '../../platform/database/database.errors';
import { StorageFull } from '../../platform/errors/storage-full.error';
import { ApiProblems } from '../../platform/http/api-problems.decorator';
import { ServiceShuttingDown, ValidationFailed } from '../../platform/http/http.errors';
import {
  ApiIdempotencyKey,
  IDEMPOTENCY_PROBLEMS,
} from '../../platform/idempotency/api-idempotency.decorator';
import { StorageUnavailable } from '../../platform/storage/storage.errors';
import { FileTooLarge } from '../uploads.errors';
import {
  ChecksumMismatch,
  InvalidTusHeader,
  ResumableUploadExpired,
  ResumableUploadFinished,
  ResumableUploadNotFound,
  UnsupportedTusExtension,
  UnsupportedTusVersion,
  UnsupportedUploadBody,
  UploadBusy,
  UploadInterrupted,
  UploadLengthExceeded,
  UploadOffsetMismatch,
} from './resumable-uploads.errors';
import { PIECE_TYPE } from './tus.guard';

const VERSION = {
  name: 'Tus-Resumable',
  required: true,
  description: 'Version of the protocol',
  schema: { type: 'string', enum: ['1.0.0'] },
};
const CHECKSUM = {
  name: 'Upload-Checksum',
  description: '`sha256`, `sha1` or `md5` of this body, a space, and the digest in Base64',
} as const;
const OFFSET = { schema: { type: 'integer' }, description: 'How many bytes are durable' } as const;
const EXPIRES = { schema: { type: 'string' }, description: 'When it is removed if nothing comes' } as const;
const JOB_ID = { schema: { type: 'string' }, description: 'The job, once the last byte is in' } as const;
const BINARY = { schema: { type: 'string', format: 'binary' } } as const;

const ApiUpload = () => ApiParam({ name: 'upload_id', format: 'uuid', description: 'The upload' });

const FAULTS = [StorageFull, StorageUnavailable, DatabaseUnavailable] as const;
const REFUSALS = [
  UnsupportedFileType,
  ValidationFailed,
  ProcessorNotApplicable,
  FileTooLarge,
  QuotaExceeded,
] as const;
const PIECE = [
  UnsupportedUploadBody,
  ChecksumMismatch,
  UploadLengthExceeded,
  UploadInterrupted,
  ServiceShuttingDown,
] as const;

/** A new upload. */
export const ApiCreate = () =>
  applyDecorators(
    ApiOperation({
      operationId: 'createResumableUpload',
      summary: 'Begin an upload that can be resumed',
      description:
        'tus 1.0 (https://tus.io) with creation, creation-with-upload, creation-defer-length, expiration, termination ' +
        'and checksum: use a tus client. `Upload-Metadata` has the `filename`, and the fields of `POST /upload`.',
    }),
    ApiHeader(VERSION),
    ApiIdempotencyKey(),
    ApiHeader({ name: 'Upload-Length', description: 'Size of the file in bytes' }),
    ApiHeader({ name: 'Upload-Defer-Length', description: '`1` when the size is not known yet' }),
    ApiHeader({
      name: 'Upload-Metadata',
      required: true,
      description: 'Comma-separated names, each with its value in Base64; `filename` is required',
    }),
    ApiHeader(CHECKSUM),
    ApiConsumes(PIECE_TYPE),
    ApiBody({ ...BINARY, required: false, description: 'The beginning of the file, or all of it' }),
    ApiResponse({
      status: 201,
      description: 'The upload is there',
      headers: {
        Location: { schema: { type: 'string' }, description: 'Where its bytes are to be sent' },
        'Upload-Offset': OFFSET,
        'Upload-Expires': EXPIRES,
        'Filemill-Job-Id': JOB_ID,
      },
    }),
    ApiProblems(
      InvalidTusHeader,
      InvalidFileName,
      BacklogFull,
      UnsupportedTusVersion,
      UnsupportedTusExtension,
      ...IDEMPOTENCY_PROBLEMS,
      ...REFUSALS,
      ...PIECE,
      ...FAULTS,
    ),
  );

/** How far an upload is. */
export const ApiStatus = () =>
  applyDecorators(
    ApiOperation({ operationId: 'getResumableUpload', summary: 'Where an upload goes on' }),
    ApiUpload(),
    ApiHeader(VERSION),
    ApiResponse({
      status: 200,
      description: 'How far the upload is',
      headers: {
        'Upload-Offset': OFFSET,
        'Upload-Length': { schema: { type: 'integer' }, description: 'Size of the file, when it is known' },
        'Upload-Expires': EXPIRES,
        'Filemill-Job-Id': JOB_ID,
      },
    }),
    ApiProblems(
      UnsupportedTusVersion,
      ResumableUploadNotFound,
      ResumableUploadExpired,
      ...REFUSALS,
      UploadBusy,
      ...FAULTS,
    ),
  );

/** More of an upload. */
export const ApiAppend = () =>
  applyDecorators(
    ApiOperation({
      operationId: 'appendResumableUpload',
      summary: 'Send more of an upload',
      description:
        'Answers when the bytes are durable; with the last of them, when the file and its job are. What came before a ' +
        'connection broke is kept, unless it came with a checksum.',
    }),
    ApiUpload(),
    ApiHeader(VERSION),
    ApiHeader({ name: 'Upload-Offset', required: true, description: 'Where the body goes on' }),
    ApiHeader({ name: 'Upload-Length', description: 'Size of the file, when it was not known before' }),
    ApiHeader(CHECKSUM),
    ApiConsumes(PIECE_TYPE),
    ApiBody({ ...BINARY, description: 'The next bytes of the file' }),
    ApiResponse({
      status: 204,
      description: 'The bytes are durable',
      headers: { 'Upload-Offset': OFFSET, 'Upload-Expires': EXPIRES, 'Filemill-Job-Id': JOB_ID },
    }),
    ApiProblems(
      InvalidTusHeader,
      UnsupportedTusVersion,
      ResumableUploadNotFound,
      ResumableUploadExpired,
      UploadOffsetMismatch,
      ...REFUSALS,
      ...PIECE,
      UploadBusy,
      ...FAULTS,
    ),
  );

/** The end of an upload. */
export const ApiTerminate = () =>
  applyDecorators(
    ApiOperation({ operationId: 'terminateResumableUpload', summary: 'Give an unfinished upload up' }),
    ApiUpload(),
    ApiHeader(VERSION),
    ApiResponse({ status: 204, description: 'Nothing is left of the upload' }),
    ApiProblems(
      UnsupportedTusVersion,
      ResumableUploadNotFound,
      ResumableUploadFinished,
      UploadBusy,
      ...FAULTS,
    ),
  );
