import { Controller, Get, Logger, Param, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import contentDisposition from 'content-disposition';
import type { Request, Response } from 'express';
import { DatabaseUnavailable } from '../platform/database/database.errors';
import { ApiProblems } from '../platform/http/api-problems.decorator';
import { Caller, type Owner } from '../platform/http/caller.decorator';
import { parseRange } from '../platform/http/byte-range';
import { PreconditionFailed, RangeNotSatisfiable, ValidationFailed } from '../platform/http/http.errors';
import { IdPipe } from '../platform/http/id.pipe';
import { linkNext } from '../platform/http/page.dto';
import { isNotModified } from '../platform/http/preconditions';
import { BlobMissing, StorageUnavailable } from '../platform/storage/storage.errors';
import type { ByteRange } from '../platform/storage/blob-store';
import { FileDto, ListFilesQuery, toFileDto } from './files.dto';
import { FileNotFound } from './files.errors';
import type { StoredFile } from './files.repository';
import { FilesService } from './files.service';

const BINARY = { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } as const;

@ApiTags('files')
@Controller('files')
export class FilesController {
  constructor(private readonly files: FilesService) {}

  @Get()
  @ApiOperation({ operationId: 'listFiles', summary: 'List your files, newest first' })
  @ApiOkResponse({
    type: [FileDto],
    description: 'A page of files',
    headers: { Link: { description: 'The next page, `rel="next"` (RFC 8288)', schema: { type: 'string' } } },
  })
  @ApiProblems(ValidationFailed, DatabaseUnavailable)
  async list(
    @Caller() owner: Owner,
    @Query() query: ListFilesQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<FileDto[]> {
    const { entries, next } = await this.files.list(owner, query);
    linkNext(request, response, next);
    return entries.map(toFileDto);
  }

  @Get(':file_id')
  @ApiOperation({ operationId: 'downloadFile', summary: 'Download an original under its name' })
  @ApiParam({ name: 'file_id', format: 'uuid', description: 'The file' })
  @ApiHeader({
    name: 'Range',
    required: false,
    description: 'One byte range (RFC 9110, section 14), such as `bytes=0-99`',
  })
  @ApiHeader({
    name: 'If-Range',
    required: false,
    description: 'Answer with the range only when the file still has this ETag, else with the whole',
  })
  @ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'Answer 412 unless the file has this ETag',
  })
  @ApiHeader({
    name: 'If-None-Match',
    required: false,
    description: 'Answer 304 when the file still has this ETag',
  })
  @ApiOkResponse({ description: 'The bytes, under the type that was found', content: BINARY })
  @ApiResponse({
    status: 206,
    description: 'The bytes of the range',
    content: BINARY,
  })
  @ApiResponse({ status: 304, description: 'The copy of the caller is still good' })
  @ApiProblems(
    FileNotFound,
    PreconditionFailed,
    RangeNotSatisfiable,
    BlobMissing,
    DatabaseUnavailable,
    StorageUnavailable,
  )
  async download(
    @Caller() owner: Owner,
    @Param('file_id', IdPipe(FileNotFound)) fileId: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile | undefined> {
    const file = await this.files.get(owner, fileId);
    describe(file, response);
    if (isNotModified(request, response)) {
      response.status(304);
      return undefined;
    }
    const range = requestedRange(request, response, file.sizeBytes);
    const length = range ? range.end - range.start + 1 : file.sizeBytes;
    const stream = await this.files.read(file, range);
    if (range)
      response.status(206).setHeader('Content-Range', `bytes ${range.start}-${range.end}/${file.sizeBytes}`);
    return new StreamableFile(stream, { type: file.contentType, length }).setErrorHandler(breakOff);
  }
}

/** Whatever went wrong while bytes were read: the client must not take what it has for the whole. */
function breakOff(error: Error, response: { destroy?(): unknown }): void {
  new Logger(FilesController.name).error(`A download was broken off: ${error.message}`);
  response.destroy?.();
}

/** Validators, name, and the headers that keep a browser from running what strangers uploaded. */
function describe(file: StoredFile, response: Response): void {
  response.set({
    ETag: `"${file.sha256}"`,
    'Last-Modified': new Date(file.uploadedAt).toUTCString(),
    'Accept-Ranges': 'bytes',
    'Repr-Digest': `sha-256=:${Buffer.from(file.sha256, 'hex').toString('base64')}:`,
    'Content-Disposition': contentDisposition(file.filename),
    'Cache-Control': 'private',
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "sandbox; default-src 'none'",
  });
}

/** The range to send; undefined for the whole file. An `If-Range` that does not hold means the whole. */
function requestedRange(request: Request, response: Response, sizeBytes: number): ByteRange | undefined {
  const range = request.get('range');
  const ifRange = request.get('if-range');
  const isHeld = [undefined, response.get('ETag'), response.get('Last-Modified')].includes(ifRange);
  // Only GET has ranges (RFC 9110, section 14.2).
  return range !== undefined && request.method === 'GET' && isHeld ? parseRange(range, sizeBytes) : undefined;
}
