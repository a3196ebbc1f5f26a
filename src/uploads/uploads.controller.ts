import { Body, Controller, HttpCode, Post, Res, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { InvalidFileName, UnsupportedFileType } from '../files/files.errors';
import { ProcessorNotApplicable } from '../jobs/jobs.errors';
import { DatabaseUnavailable } from '../platform/database/database.errors';
import { StorageFull } from '../platform/errors/storage-full.error';
import { EventBus } from '../platform/events/event-bus';
import { ReadinessGuard } from '../platform/health/readiness.guard';
import { ApiProblems } from '../platform/http/api-problems.decorator';
import { Caller, type Owner } from '../platform/http/caller.decorator';
import { ServiceShuttingDown, ValidationFailed } from '../platform/http/http.errors';
import {
  BodyTooLarge,
  FieldTooLarge,
  MalformedMultipart,
  TooManyParts,
  UnsupportedBodyType,
} from '../platform/http/multipart/multipart.errors';
import { StorageUnavailable } from '../platform/storage/storage.errors';
import { Upload, UploadInterceptor } from './upload.interceptor';
import type { ReceivedUpload } from './upload-receiver';
import { toUploadResponse, UploadFields, UploadForm, UploadResponseDto } from './uploads.dto';
import { FileTooLarge, MissingFile, UnexpectedField } from './uploads.errors';
import { UploadCompleted } from './uploads.events';
import { UploadsService } from './uploads.service';

@ApiTags('uploads')
@Controller('upload')
export class UploadsController {
  constructor(
    private readonly uploads: UploadsService,
    private readonly events: EventBus,
  ) {}

  @Post()
  @HttpCode(200)
  @UseGuards(ReadinessGuard)
  @UseInterceptors(UploadInterceptor)
  @ApiOperation({
    operationId: 'upload',
    summary: 'Hand in a file',
    description:
      'Answers as soon as the file and its job are durable. The job is processed in the background.',
  })
  @ApiConsumes('multipart/form-data')
  @ApiBody({ type: UploadForm })
  @ApiOkResponse({
    type: UploadResponseDto,
    description: 'The stored file and its job',
    headers: { Location: { description: 'Path of the job', schema: { type: 'string' } } },
  })
  @ApiProblems(
    MissingFile,
    UnexpectedField,
    UnsupportedFileType,
    InvalidFileName,
    MalformedMultipart,
    TooManyParts,
    FileTooLarge,
    BodyTooLarge,
    FieldTooLarge,
    UnsupportedBodyType,
    ValidationFailed,
    ProcessorNotApplicable,
    StorageFull,
    StorageUnavailable,
    DatabaseUnavailable,
    ServiceShuttingDown,
  )
  async upload(
    @Caller() owner: Owner,
    @Upload() { file: received, uploadTimeMs }: ReceivedUpload,
    @Body() fields: UploadFields,
    @Res({ passthrough: true }) response: Response,
  ): Promise<UploadResponseDto> {
    const { file, job } = await this.uploads.accept(owner, received, fields);
    this.events.publish(new UploadCompleted(job));
    response.setHeader('Location', `/jobs/${job.jobId}`);
    return toUploadResponse(file, job, uploadTimeMs);
  }
}
