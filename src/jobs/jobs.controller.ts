import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Post,
  Query,
  Req,
  Res,
  type StreamableFile,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { FileNotFound } from '../files/files.errors';
import { BacklogFull } from '../platform/admission/admission.errors';
import { BacklogGuard } from '../platform/admission/backlog.guard';
import { DatabaseUnavailable } from '../platform/database/database.errors';
import { StorageFull } from '../platform/errors/storage-full.error';
import { ApiDownload } from '../platform/http/api-download.decorator';
import { ApiPrefer } from '../platform/http/api-prefer.decorator';
import { ApiProblems } from '../platform/http/api-problems.decorator';
import { Caller, type Owner } from '../platform/http/caller.decorator';
import {
  MalformedRequest,
  PreconditionFailed,
  RequestTooLarge,
  UnsupportedMediaType,
  ValidationFailed,
} from '../platform/http/http.errors';
import { answerDownload } from '../platform/http/download';
import { IdPipe } from '../platform/http/id.pipe';
import { JsonBodyGuard } from '../platform/http/json-body.guard';
import { linkNext } from '../platform/http/page.dto';
import { ApiIdempotencyKey, IDEMPOTENCY_PROBLEMS } from '../platform/idempotency/api-idempotency.decorator';
import { IdempotencyInterceptor, OnceOnly } from '../platform/idempotency/idempotency.interceptor';
import { Once, type KeepReply } from '../platform/idempotency/once';
import { UrlNotAllowed } from '../platform/outbound/outbound.errors';
import { isNotModified } from '../platform/http/preconditions';
import { PreferredWait, type Wait } from '../platform/http/wait.decorator';
import { answerRows, ApiRows, prefersRows } from '../platform/http/row-stream';
import type { Job } from './job';
import { CreateJobDto, DeletedJobDto, JobStatusDto, ListJobsQuery, toJobStatus } from './jobs.dto';
import {
  ArtifactNotFound,
  JobNotFound,
  JobNotRetryable,
  JobSettled,
  NoResult,
  ProcessorNotApplicable,
  ResultNotReady,
} from './jobs.errors';
import { JobsService } from './jobs.service';
import { JobWaiter } from './live/job-waiter';

const JobIdPipe = IdPipe(JobNotFound);
const ApiJobId = ApiParam({ name: 'job_id', format: 'uuid', description: 'The job' });

@ApiTags('jobs')
@ApiProblems(DatabaseUnavailable)
@Controller('jobs')
export class JobsController {
  constructor(
    private readonly jobs: JobsService,
    private readonly waiter: JobWaiter,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listJobs', summary: 'List your jobs, newest first' })
  @ApiRows(JobStatusDto, 'jobs')
  @ApiProblems(ValidationFailed)
  async list(
    @Caller() owner: Owner,
    @Query() query: ListJobsQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<JobStatusDto[] | StreamableFile> {
    if (prefersRows(request, response)) {
      return answerRows(request, query, (part) => this.jobs.list(owner, { ...query, ...part }), toJobStatus);
    }
    const { entries, next } = await this.jobs.list(owner, query);
    linkNext(request, response, next);
    return entries.map(toJobStatus);
  }

  @Post()
  @HttpCode(200)
  @UseGuards(BacklogGuard, JsonBodyGuard)
  @UseInterceptors(IdempotencyInterceptor)
  @ApiOperation({
    operationId: 'createJob',
    summary: 'Process a stored file again, or with another processor',
  })
  @ApiIdempotencyKey()
  @ApiPrefer()
  @ApiOkResponse({
    type: JobStatusDto,
    description: 'The new job',
    headers: { Location: { description: 'Path of the job', schema: { type: 'string' } } },
  })
  @ApiProblems(
    FileNotFound,
    ProcessorNotApplicable,
    UrlNotAllowed,
    ValidationFailed,
    MalformedRequest,
    RequestTooLarge,
    UnsupportedMediaType,
    StorageFull,
    BacklogFull,
    ...IDEMPOTENCY_PROBLEMS,
  )
  create(
    @Caller() owner: Owner,
    @Body() body: CreateJobDto,
    @PreferredWait() wait: Wait,
    @OnceOnly() once: Once,
  ): Promise<JobStatusDto> {
    const { file_id, ...wish } = body;
    const reply = (job: Job) => ({ body: toJobStatus(job), location: `/jobs/${job.jobId}` });
    const create = async (keep: KeepReply<JobStatusDto>) =>
      reply(
        await this.jobs.createForFile(owner, file_id, wish, (queries, made) => keep(queries, reply(made))),
      );
    const settle = async (status: JobStatusDto) => {
      const job = await this.waiter.outcomeOf(owner, status.job_id, wait);
      return job ? toJobStatus(job) : status;
    };
    return once.answer(body, create, { settle });
  }

  @Get(':job_id')
  @ApiOperation({ operationId: 'getJob', summary: 'Follow a job' })
  @ApiJobId
  @ApiPrefer()
  @ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'Answer 412 unless the job has this ETag',
  })
  @ApiHeader({
    name: 'If-None-Match',
    required: false,
    description: 'Answer 304 while the job still has this ETag',
  })
  @ApiOkResponse({
    type: JobStatusDto,
    description: 'The job as it stands',
    headers: { ETag: { description: 'Changes with the job', schema: { type: 'string' } } },
  })
  @ApiResponse({ status: 304, description: 'Nothing has changed' })
  @ApiProblems(JobNotFound, PreconditionFailed)
  async get(
    @Caller() owner: Owner,
    @Param('job_id', JobIdPipe) jobId: string,
    @PreferredWait() wait: Wait,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<JobStatusDto | undefined> {
    const job = await this.waiter.settled(owner, jobId, wait);
    response.setHeader('ETag', etag(job));
    if (!isNotModified(request, response)) return toJobStatus(job);
    response.status(304);
    return undefined;
  }

  @Delete(':job_id')
  @ApiOperation({ operationId: 'deleteJob', summary: 'Delete a job, and its file when no other job has it' })
  @ApiJobId
  @ApiOkResponse({ type: DeletedJobDto, description: 'What was removed' })
  @ApiProblems(JobNotFound, StorageFull)
  async delete(@Caller() owner: Owner, @Param('job_id', JobIdPipe) jobId: string): Promise<DeletedJobDto> {
    const { job, fileDeleted } = await this.jobs.delete(owner, jobId);
    return { job_id: job.jobId, file_id: job.fileId, file_deleted: fileDeleted };
  }

  @Get(':job_id/result')
  @ApiOperation({ operationId: 'getResult', summary: 'Read the result alone' })
  @ApiJobId
  @ApiOkResponse({ description: 'The result', schema: { $ref: '#/components/schemas/Result' } })
  @ApiProblems(JobNotFound, ResultNotReady, NoResult)
  result(@Caller() owner: Owner, @Param('job_id', JobIdPipe) jobId: string): Promise<object> {
    return this.jobs.result(owner, jobId);
  }

  @Get(':job_id/artifacts/:name')
  @ApiOperation({ operationId: 'downloadArtifact', summary: 'Download a file that processing made' })
  @ApiJobId
  @ApiParam({ name: 'name', description: 'Its name, as listed in the job', example: 'thumbnail.webp' })
  @ApiDownload()
  @ApiProblems(JobNotFound, ArtifactNotFound)
  async artifact(
    @Caller() owner: Owner,
    @Param('job_id', JobIdPipe) jobId: string,
    @Param('name') name: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile | undefined> {
    const { job, artifact } = await this.jobs.artifact(owner, jobId, name);
    const { contentType, sizeBytes, sha256 } = artifact;
    const download = {
      filename: name,
      contentType,
      sizeBytes,
      sha256,
      modifiedAt: job.finishedAt ?? job.createdAt,
    };
    return answerDownload(request, response, download, (range) => this.jobs.readArtifact(artifact, range));
  }

  @Post(':job_id/cancel')
  @HttpCode(200)
  @ApiOperation({ operationId: 'cancelJob', summary: 'Stop a job that waits or runs' })
  @ApiJobId
  @ApiOkResponse({ type: JobStatusDto, description: 'The cancelled job' })
  @ApiProblems(JobNotFound, JobSettled, StorageFull)
  async cancel(@Caller() owner: Owner, @Param('job_id', JobIdPipe) jobId: string): Promise<JobStatusDto> {
    return toJobStatus(await this.jobs.cancel(owner, jobId));
  }

  @Post(':job_id/retry')
  @HttpCode(200)
  @UseGuards(BacklogGuard)
  @ApiOperation({ operationId: 'retryJob', summary: 'Run a failed or cancelled job again' })
  @ApiJobId
  @ApiOkResponse({ type: JobStatusDto, description: 'The job, waiting again' })
  @ApiProblems(JobNotFound, JobNotRetryable, StorageFull, BacklogFull)
  async retry(@Caller() owner: Owner, @Param('job_id', JobIdPipe) jobId: string): Promise<JobStatusDto> {
    return toJobStatus(await this.jobs.retry(owner, jobId));
  }
}

function etag({ version }: Job): string {
  return `"${version}"`;
}
