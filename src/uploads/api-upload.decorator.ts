import { applyDecorators, HttpCode, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import { InvalidFileName, QuotaExceeded, UnsupportedFileType } from '../files/files.errors';
import { ProcessorNotApplicable } from '../jobs/jobs.errors';
import { BacklogFull } from '../platform/admission/admission.errors';
import { BacklogGuard } from '../platform/admission/backlog.guard';
import { DatabaseUnavailable } from '../platform/database/database.errors';
import { StorageFull } from '../platform/errors/storage-full.error';
import { ReadinessGuard } from '../platform/health/readiness.guard';
import { DIGEST_PROBLEMS } from '../platform/http/api-digest.decorator';
import { ApiProblems } from '../platform/http/api-problems.decorator';
import { ServiceShuttingDown, ValidationFailed } from '../platform/http/http.errors';
import {
  BodyTooLarge,
  FieldTooLarge,
  MalformedMultipart,
  TooManyParts,
  UnsupportedBodyType,
} from '../platform/http/multipart/multipart.errors';
import { RateLimit } from '../platform/rate-limits/rate-limit.decorator';
import { StorageUnavailable } from '../platform/storage/storage.errors';
import { ReceiveUpload } from './upload.interceptor';
import { UploadFormDto } from './uploads.dto';
import { FileTooLarge, MissingFile, UnexpectedField } from './uploads.errors';

/** What a form with files can be refused for. */
export const UPLOAD_PROBLEMS = [
  MissingFile,
  UnexpectedField,
  UnsupportedFileType,
  InvalidFileName,
  MalformedMultipart,
  TooManyParts,
  ...DIGEST_PROBLEMS,
  FileTooLarge,
  QuotaExceeded,
  BodyTooLarge,
  FieldTooLarge,
  UnsupportedBodyType,
  ValidationFailed,
  ProcessorNotApplicable,
  StorageFull,
  StorageUnavailable,
  DatabaseUnavailable,
  BacklogFull,
  ServiceShuttingDown,
] as const;

/**
 * A route of an extension that takes a form with one `file`: limited and refused like `POST /upload`, the file durable
 * by the time the route runs, documented. The route reads it with `@Upload()`, its fields as the body
 * (`UploadFields`), and makes it the caller's with `UploadsService.accept()`; otherwise it is discarded. Its module
 * imports `UploadsModule` and `FilesModule`.
 */
export function ReceivesUpload(): MethodDecorator {
  return applyDecorators(
    HttpCode(200),
    RateLimit(['uploads', 'bytes']),
    UseGuards(ReadinessGuard, BacklogGuard),
    UseInterceptors(ReceiveUpload({ part: 'file', several: false })),
    ApiConsumes('multipart/form-data'),
    ApiBody({ type: UploadFormDto }),
    ApiProblems(...UPLOAD_PROBLEMS),
  );
}
