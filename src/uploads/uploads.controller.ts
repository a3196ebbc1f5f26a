import { Body, Controller, HttpCode, Post, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { AnnouncedFile } from '../files/files.repository';
import { InvalidFileName, QuotaExceeded, UnsupportedFileType } from '../files/files.errors';
import type { Job } from '../jobs/job';
import { ProcessorNotApplicable } from '../jobs/jobs.errors';
import { JobWaiter } from '../jobs/live/job-waiter';
import { BacklogFull } from '../platform/admission/admission.errors';
import { BacklogGuard } from '../platform/admission/backlog.guard';
import { DatabaseUnavailable } from '../platform/database/database.errors';
import { StorageFull } from '../platform/errors/storage-full.error';
import { EventBus } from '../platform/events/event-bus';
import { ReadinessGuard } from '../platform/health/readiness.guard';
import { ApiPrefer } from '../platform/http/api-prefer.decorator';
import { ApiProblems } from '../platform/http/api-problems.decorator';
import { Caller, type Owner } from '../platform/http/caller.decorator';
import { ApiContentDigest } from '../platform/http/api-digest.decorator';
import {
  MalformedRequest,
  RequestTooLarge,
  ServiceShuttingDown,
  UnsupportedMediaType,
  ValidationFailed,
} from '../platform/http/http.errors';
import { JsonBodyGuard } from '../platform/http/json-body.guard';
import { ApiIdempotencyKey, IDEMPOTENCY_PROBLEMS } from '../platform/idempotency/api-idempotency.decorator';
import { IdempotencyInterceptor, OnceOnly } from '../platform/idempotency/idempotency.interceptor';
import { Once, type KeepReply } from '../platform/idempotency/once';
import { PreferredWait, type Wait } from '../platform/http/wait.decorator';
import { UrlNotAllowed } from '../platform/outbound/outbound.errors';
import { RateLimit } from '../platform/rate-limits/rate-limit.decorator';
import type { AcceptedBatch, AcceptedUpload } from './accepted-upload';
import { UPLOAD_PROBLEMS } from './api-upload.decorator';
import { ReceiveUpload, Upload } from './upload.interceptor';
import type { ReceivedUpload } from './upload-receiver';
import {
  toUploadFilesResponse,
  toUploadResponse,
  toUploadUrlResponse,
  UploadFields,
  UploadFilesFormDto,
  UploadFilesResponseDto,
  UploadFormDto,
  UploadResponseDto,
  UploadUrlDto,
  UploadUrlResponseDto,
  withArrival,
  withOutcome,
} from './uploads.dto';
import { NoFileAccepted } from './uploads.errors';
import { UploadCompleted } from './uploads.events';
import { UploadsService } from './uploads.service';
import { UrlImports } from './url-imports';

@ApiTags('uploads')
@Controller('upload')
export class UploadsController {
  constructor(
    private readonly uploads: UploadsService,
    private readonly imports: UrlImports,
    private readonly waiter: JobWaiter,
    private readonly events: EventBus,
  ) {}

  @Post()
  @HttpCode(200)
  @RateLimit(['uploads', 'bytes'])
  @UseGuards(ReadinessGuard, BacklogGuard)
  @UseInterceptors(IdempotencyInterceptor, ReceiveUpload({ part: 'file', several: false }))
  @ApiOperation({
    operationId: 'upload',
    summary: 'Hand in a file',
    description:
      'Answers as soon as the file and its job are durable. The job is processed in the background, unless the caller prefers to wait for it.',
  })
  @ApiIdempotencyKey()
  @ApiPrefer()
  @ApiContentDigest()
  @ApiConsumes('multipart/form-data')
  @ApiBody({ type: UploadFormDto })
  @ApiOkResponse({
    type: UploadResponseDto,
    description: 'The stored file and its job',
    headers: { Location: { description: 'Path of the job', schema: { type: 'string' } } },
  })
  @ApiProblems(...UPLOAD_PROBLEMS, ...IDEMPOTENCY_PROBLEMS)
  upload(
    @Caller() owner: Owner,
    @Upload() upload: ReceivedUpload,
    @Body() fields: UploadFields,
    @PreferredWait() wait: Wait,
    @OnceOnly() once: Once,
  ): Promise<UploadResponseDto> {
    const { files, uploadTimeMs } = upload;
    const reply = (accepted: AcceptedUpload) => ({
      body: toUploadResponse(accepted, uploadTimeMs),
      location: `/jobs/${accepted.job.jobId}`,
    });
    const accept = async (keep: KeepReply<UploadResponseDto>) => {
      const accepted = await this.uploads.accept(owner, files[0], fields, (queries, made) =>
        keep(queries, reply(made)),
      );
      this.events.publish(new UploadCompleted(accepted.job, accepted.file.sizeBytes));
      return reply(accepted);
    };
    return once.answer(contentOf(upload), accept, { settle: (body) => this.settled(owner, body, wait) });
  }

  @Post('files')
  @HttpCode(200)
  @RateLimit(['uploads', 'bytes'])
  @UseGuards(ReadinessGuard, BacklogGuard)
  @UseInterceptors(IdempotencyInterceptor, ReceiveUpload({ part: 'files', several: true }))
  @ApiOperation({
    operationId: 'uploadFiles',
    summary: 'Hand in several files',
    description:
      'Each gets a job of its own. Files that cannot be accepted are listed with the reason, and do not hold up the others.',
  })
  @ApiIdempotencyKey()
  @ApiPrefer()
  @ApiContentDigest()
  @ApiConsumes('multipart/form-data')
  @ApiBody({ type: UploadFilesFormDto })
  @ApiOkResponse({ type: UploadFilesResponseDto, description: 'The stored files and their jobs' })
  @ApiProblems(NoFileAccepted, ...UPLOAD_PROBLEMS, ...IDEMPOTENCY_PROBLEMS)
  uploadFiles(
    @Caller() owner: Owner,
    @Upload() upload: ReceivedUpload,
    @Body() fields: UploadFields,
    @PreferredWait() wait: Wait,
    @OnceOnly() once: Once,
  ): Promise<UploadFilesResponseDto> {
    const { uploadTimeMs } = upload;
    const reply = (batch: AcceptedBatch) => ({ body: toUploadFilesResponse(batch, uploadTimeMs) });
    const accept = async (keep: KeepReply<UploadFilesResponseDto>) => {
      const batch = await this.uploads.acceptAll(owner, upload, fields, (queries, made) =>
        keep(queries, reply(made)),
      );
      for (const { file, job } of batch.accepted)
        this.events.publish(new UploadCompleted(job, file.sizeBytes));
      return reply(batch);
    };
    const settle = async (body: UploadFilesResponseDto) => {
      const settled = body.files.map((file) => this.settled(owner, file, wait));
      return { ...body, files: await Promise.all(settled) };
    };
    return once.answer(contentOf(upload), accept, { settle });
  }

  @Post('url')
  @HttpCode(200)
  @RateLimit(['uploads'])
  @UseGuards(ReadinessGuard, BacklogGuard, JsonBodyGuard)
  @UseInterceptors(IdempotencyInterceptor)
  @ApiOperation({
    operationId: 'uploadUrl',
    summary: 'Have a file fetched',
    description:
      'Answers at once. The job fetches the file, shows how far it has come, and processes it; what is wrong with the URL or the file becomes its error.',
  })
  @ApiIdempotencyKey()
  @ApiPrefer()
  @ApiBody({
    type: UploadUrlDto,
    examples: {
      file: { summary: 'A file', value: { url: 'https://example.com/report.pdf', tags: ['2026'] } },
    },
  })
  @ApiOkResponse({
    type: UploadUrlResponseDto,
    description: 'The file to come and its job',
    headers: { Location: { description: 'Path of the job', schema: { type: 'string' } } },
  })
  @ApiProblems(
    UrlNotAllowed,
    InvalidFileName,
    UnsupportedFileType,
    ProcessorNotApplicable,
    QuotaExceeded,
    ValidationFailed,
    MalformedRequest,
    RequestTooLarge,
    UnsupportedMediaType,
    ...IDEMPOTENCY_PROBLEMS,
    StorageFull,
    DatabaseUnavailable,
    BacklogFull,
    ServiceShuttingDown,
  )
  uploadUrl(
    @Caller() owner: Owner,
    @Body() body: UploadUrlDto,
    @PreferredWait() wait: Wait,
    @OnceOnly() once: Once,
  ): Promise<UploadUrlResponseDto> {
    const reply = (file: AnnouncedFile, job: Job) => ({
      body: toUploadUrlResponse(file, job),
      location: `/jobs/${job.jobId}`,
    });
    const announce = async (keep: KeepReply<UploadUrlResponseDto>) => {
      const { file, job } = await this.imports.announce(owner, body, (queries, announced) =>
        keep(queries, reply(announced.file, announced.job)),
      );
      return reply(file, job);
    };
    const settle = async (announced: UploadUrlResponseDto) => {
      const job = await this.waiter.outcomeOf(owner, announced.job_id, wait);
      return job ? withArrival(announced, job, await this.imports.arrived(job)) : announced;
    };
    return once.answer(body, announce, { settle });
  }

  /** The answer to an upload, once the wait for its job is over. */
  private async settled(owner: Owner, body: UploadResponseDto, wait: Wait): Promise<UploadResponseDto> {
    const job = await this.waiter.outcomeOf(owner, body.job_id, wait);
    return job ? withOutcome(body, job) : body;
  }
}

/** What tells an upload from another one under the same Idempotency-Key. */
function contentOf({ files, refused, fields }: ReceivedUpload): object {
  return {
    fields,
    files: files.map(({ filename, sha256 }) => [filename, sha256]),
    refused: refused.map(({ filename }) => filename),
  };
}
