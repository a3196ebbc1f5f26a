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
} from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { FileNotFound } from '../files/files.errors';
import { DatabaseUnavailable } from '../platform/database/database.errors';
import { StorageFull } from '../platform/errors/storage-full.error';
import { ApiDownload } from '../platform/http/api-download.decorator';
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
import { isNotModified } from '../platform/http/preconditions';
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

const JobIdPipe = IdPipe(JobNotFound);
const ApiJobId = ApiParam({ name: 'job_id', format: 'uuid', description: 'The job' });

@ApiTags('jobs')
@ApiProblems(DatabaseUnavailable)
@Controller('jobs')
export class JobsController {
  constructor(private readonly jobs: JobsService) {}

  @Get()
  @ApiOperation({ operationId: 'listJobs', summary: 'List your jobs, newest first' })
  @ApiOkResponse({
    type: [JobStatusDto],
    description: 'A page of jobs',
    headers: { Link: { description: 'The next page, `rel="next"` (RFC 8288)', schema: { type: 'string' } } },
  })
  @ApiProblems(ValidationFailed)
  async list(
    @Caller() owner: Owner,
    @Query() query: ListJobsQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<JobStatusDto[]> {
    const { entries, next } = await this.jobs.list(owner, query);
    linkNext(request, response, next);
    return entries.map(toJobStatus);
  }

  @Post()
  @HttpCode(200)
  @UseGuards(JsonBodyGuard)
  @ApiOperation({
    operationId: 'createJob',
    summary: 'Process a stored file again, or with another processor',
  })
  @ApiOkResponse({
    type: JobStatusDto,
    description: 'The new job',
    headers: { Location: { description: 'Path of the job', schema: { type: 'string' } } },
  })
  @ApiProblems(
    FileNotFound,
    ProcessorNotApplicable,
    ValidationFailed,
    MalformedRequest,
    RequestTooLarge,
    UnsupportedMediaType,
    StorageFull,
  )
  async create(
    @Caller() owner: Owner,
    @Body() { file_id, processor }: CreateJobDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<JobStatusDto> {
    const job = await this.jobs.createForFile(owner, file_id, processor);
    response.setHeader('Location', `/jobs/${job.jobId}`);
    return toJobStatus(job);
  }

  @Get(':job_id')
  @ApiOperation({ operationId: 'getJob', summary: 'Follow a job' })
  @ApiJobId
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
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<JobStatusDto | undefined> {
    const job = await this.jobs.get(owner, jobId);
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
  @ApiOperation({ operationId: 'retryJob', summary: 'Run a failed or cancelled job again' })
  @ApiJobId
  @ApiOkResponse({ type: JobStatusDto, description: 'The job, waiting again' })
  @ApiProblems(JobNotFound, JobNotRetryable, StorageFull)
  async retry(@Caller() owner: Owner, @Param('job_id', JobIdPipe) jobId: string): Promise<JobStatusDto> {
    return toJobStatus(await this.jobs.retry(owner, jobId));
  }
}

function etag({ version }: Job): string {
  return `"${version}"`;
}
