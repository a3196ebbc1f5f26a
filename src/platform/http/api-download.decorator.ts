import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiResponse } from '@nestjs/swagger';
import { BlobMissing, StorageUnavailable } from '../storage/storage.errors';
import { ApiProblems } from './api-problems.decorator';
import { PreconditionFailed, RangeNotSatisfiable } from './http.errors';

const BINARY = { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } as const;

/** Documents what `answerDownload` understands and answers. */
export function ApiDownload(): MethodDecorator {
  return applyDecorators(
    ApiHeader({
      name: 'Range',
      required: false,
      description: 'One byte range (RFC 9110, section 14), such as `bytes=0-99`',
    }),
    ApiHeader({
      name: 'If-Range',
      required: false,
      description: 'Answer with the range only when the file still has this ETag, else with the whole',
    }),
    ApiHeader({ name: 'If-Match', required: false, description: 'Answer 412 unless the file has this ETag' }),
    ApiHeader({
      name: 'If-None-Match',
      required: false,
      description: 'Answer 304 when the file still has this ETag',
    }),
    ApiOkResponse({ description: 'The bytes, under the type that was found', content: BINARY }),
    ApiResponse({ status: 206, description: 'The bytes of the range', content: BINARY }),
    ApiResponse({ status: 304, description: 'The copy of the caller is still good' }),
    ApiProblems(PreconditionFailed, RangeNotSatisfiable, BlobMissing, StorageUnavailable),
  );
}
