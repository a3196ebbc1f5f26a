import { Body, Controller, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  Caller,
  ClientGone,
  EventBus,
  JobWaiter,
  ReceivesUpload,
  Upload,
  UploadCompleted,
  UploadFields,
  UploadsService,
  type AcceptedUpload,
  type Owner,
  type ReceivedUpload,
} from 'filemill/plugin-api';
import {
  DescribedFileDto,
  ProcessedFileDto,
  SavedFileDto,
  toDescribedFile,
  toProcessedFile,
  toSavedFile,
} from './uploads.dto';

/** How long the blocking upload waits for its job. */
const PATIENCE_MS = 30_000;

/** The uploads of the tutorials. The file is streamed and durable, and its job survives a crash, on all of them. */
@ApiTags('tutorial uploads')
@Controller()
export class UploadsController {
  constructor(
    private readonly uploads: UploadsService,
    private readonly waiter: JobWaiter,
    private readonly events: EventBus,
  ) {}

  @Post('upload/file')
  @ReceivesUpload()
  @ApiOperation({ operationId: 'uploadOneFile', summary: 'Save a file' })
  @ApiOkResponse({ type: SavedFileDto })
  async file(
    @Caller() owner: Owner,
    @Upload() upload: ReceivedUpload,
    @Body() fields: UploadFields,
  ): Promise<SavedFileDto> {
    return toSavedFile(await this.accept(owner, upload, fields), upload);
  }

  @Post('upload/with-metadata')
  @ReceivesUpload()
  @ApiOperation({
    operationId: 'uploadWithMetadata',
    summary: 'Save a file with what is to be said about it',
  })
  @ApiOkResponse({ type: DescribedFileDto })
  async withMetadata(
    @Caller() owner: Owner,
    @Upload() upload: ReceivedUpload,
    @Body() fields: UploadFields,
  ): Promise<DescribedFileDto> {
    return toDescribedFile(await this.accept(owner, upload, fields), upload);
  }

  @Post(['upload/process', 'upload-nonblocking'])
  @ReceivesUpload()
  @ApiOperation({
    operationId: 'uploadAndProcess',
    summary: 'Save a file, and have it processed in the background',
  })
  @ApiOkResponse({ type: ProcessedFileDto })
  async process(
    @Caller() owner: Owner,
    @Upload() upload: ReceivedUpload,
    @Body() fields: UploadFields,
  ): Promise<ProcessedFileDto> {
    return toProcessedFile(await this.accept(owner, upload, fields), upload);
  }

  /** The caller waits; the service does not. */
  @Post('upload-blocking')
  @ReceivesUpload()
  @ApiOperation({
    operationId: 'uploadBlocking',
    summary: 'Save a file, and wait for half a minute until it is processed',
  })
  @ApiOkResponse({ type: ProcessedFileDto })
  async blocking(
    @Caller() owner: Owner,
    @Upload() upload: ReceivedUpload,
    @Body() fields: UploadFields,
    @ClientGone() gone: AbortSignal,
  ): Promise<ProcessedFileDto> {
    const accepted = await this.accept(owner, upload, fields);
    const job = await this.waiter.outcome(accepted.job, { ms: PATIENCE_MS, signal: gone });
    return toProcessedFile({ ...accepted, job }, upload);
  }

  private async accept(
    owner: Owner,
    { files: [file] }: ReceivedUpload,
    fields: UploadFields,
  ): Promise<AcceptedUpload> {
    const accepted = await this.uploads.accept(owner, file, fields);
    this.events.publish(new UploadCompleted(accepted.job, file.sizeBytes));
    return accepted;
  }
}
