import { Controller, Get, Param, Query, Req, Res, type StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { DatabaseUnavailable } from '../platform/database/database.errors';
import { EventBus } from '../platform/events/event-bus';
import { ApiDownload } from '../platform/http/api-download.decorator';
import { ApiProblems } from '../platform/http/api-problems.decorator';
import { Caller, type Owner } from '../platform/http/caller.decorator';
import { answerDownload } from '../platform/http/download';
import { ValidationFailed } from '../platform/http/http.errors';
import { IdPipe } from '../platform/http/id.pipe';
import { linkNext } from '../platform/http/page.dto';
import { answerRows, ApiRows, prefersRows } from '../platform/http/row-stream';
import { FileDto, ListFilesQuery, toFileDto } from './files.dto';
import { FileNotFound } from './files.errors';
import { FileDownloaded } from './files.events';
import { FilesService } from './files.service';

@ApiTags('files')
@Controller('files')
export class FilesController {
  constructor(
    private readonly files: FilesService,
    private readonly events: EventBus,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listFiles', summary: 'List your files, newest first' })
  @ApiRows(FileDto, 'files')
  @ApiProblems(ValidationFailed, DatabaseUnavailable)
  async list(
    @Caller() owner: Owner,
    @Query() query: ListFilesQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<FileDto[] | StreamableFile> {
    if (prefersRows(request, response)) {
      return answerRows(request, query, (part) => this.files.list(owner, { ...query, ...part }), toFileDto);
    }
    const { entries, next } = await this.files.list(owner, query);
    linkNext(request, response, next);
    return entries.map(toFileDto);
  }

  @Get(':file_id')
  @ApiOperation({ operationId: 'downloadFile', summary: 'Download an original under its name' })
  @ApiParam({ name: 'file_id', format: 'uuid', description: 'The file' })
  @ApiDownload()
  @ApiProblems(FileNotFound, DatabaseUnavailable)
  async download(
    @Caller() owner: Owner,
    @Param('file_id', IdPipe(FileNotFound)) fileId: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile | undefined> {
    const file = await this.files.get(owner, fileId);
    const { filename, contentType, sizeBytes, sha256, uploadedAt: modifiedAt } = file;
    const download = { filename, contentType, sizeBytes, sha256, modifiedAt };
    return answerDownload(request, response, download, async (range) => {
      const bytes = await this.files.read(file, range);
      if (request.method !== 'HEAD') this.events.publish(new FileDownloaded(file));
      return bytes;
    });
  }
}
