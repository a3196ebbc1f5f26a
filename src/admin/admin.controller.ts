import {
  applyDecorators,
  Controller,
  Get,
  HttpCode,
  Param,
  Post,
  Query,
  Req,
  Res,
  UseInterceptors,
} from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { AdminOnly } from '../accounts/restriction.guard';
import { toUserDto, UserDto } from '../accounts/users.dto';
import { UsersRepository } from '../accounts/users.repository';
import {
  ActivityOfEverybodyDto,
  ListActivityQuery,
  toActivityOfEverybody,
  toFilter,
} from '../activity/activity.dto';
import { ActivityService } from '../activity/activity.service';
import { ListJobsQuery } from '../jobs/jobs.dto';
import { JobNotFound, JobNotRetryable } from '../jobs/jobs.errors';
import { JobsService } from '../jobs/jobs.service';
import { DatabaseUnavailable } from '../platform/database/database.errors';
import { StorageFull } from '../platform/errors/storage-full.error';
import { ApiProblems } from '../platform/http/api-problems.decorator';
import { ValidationFailed } from '../platform/http/http.errors';
import { IdPipe } from '../platform/http/id.pipe';
import { linkNext, PageQuery, type Page } from '../platform/http/page.dto';
import { Act } from './admin-act';
import { AdminLogInterceptor } from './admin-log.interceptor';
import { OwnedJobDto, QueueDto, toOwnedJob, toQueueDto } from './admin.dto';
import { DeadLetterNotFound } from './admin.errors';
import { AdminService } from './admin.service';

const Link = { description: 'The next page: `<…>; rel="next"`', schema: { type: 'string' } } as const;

/** Documents a list that goes on page by page. */
function ApiPage(type: new () => object, of: string): MethodDecorator {
  return applyDecorators(
    ApiOkResponse({ type: [type], description: `A page of ${of}`, headers: { Link } }),
    ApiProblems(ValidationFailed),
  );
}

@ApiTags('admin')
@ApiProblems(DatabaseUnavailable)
@AdminOnly()
@UseInterceptors(AdminLogInterceptor)
@Controller('admin')
export class AdminController {
  constructor(
    private readonly admin: AdminService,
    private readonly jobs: JobsService,
    private readonly users: UsersRepository,
    private readonly activity: ActivityService,
  ) {}

  @Get('jobs')
  @Act('list_jobs')
  @ApiOperation({ operationId: 'listAllJobs', summary: 'List the jobs of everybody, newest first' })
  @ApiPage(OwnedJobDto, 'jobs')
  async listJobs(
    @Query() query: ListJobsQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<OwnedJobDto[]> {
    return this.pageOf(await this.jobs.listOfEveryone(query), request, response).map(toOwnedJob);
  }

  @Get('users')
  @Act('list_users')
  @ApiOperation({ operationId: 'listUsers', summary: 'List the users, newest first' })
  @ApiPage(UserDto, 'users')
  async listUsers(
    @Query() query: PageQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<UserDto[]> {
    return this.pageOf(await this.users.list(query), request, response).map(toUserDto);
  }

  @Get('activity')
  @Act('list_activity')
  @ApiOperation({ operationId: 'listAllActivity', summary: 'What happened to everybody, newest first' })
  @ApiOkResponse({ type: ActivityOfEverybodyDto, description: 'A page of entries', headers: { Link } })
  @ApiProblems(ValidationFailed)
  async listActivity(
    @Query() query: ListActivityQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ActivityOfEverybodyDto> {
    const page = await this.activity.listOfEveryone(toFilter(query));
    linkNext(request, response, page.next);
    return toActivityOfEverybody(page);
  }

  @Get('queue')
  @Act('see_queue')
  @ApiOperation({ operationId: 'getQueue', summary: 'See what is waiting, running and given up' })
  @ApiOkResponse({ type: QueueDto, description: 'The queue as it stands' })
  @ApiProblems()
  async queue(): Promise<QueueDto> {
    return toQueueDto(await this.admin.queue());
  }

  @Post('processing/pause')
  @HttpCode(200)
  @Act('pause_processing')
  @ApiOperation({
    operationId: 'pauseProcessing',
    summary: 'Begin no further jobs',
    description:
      'What runs goes on, and uploads are taken. In all processes of the service, until it is resumed.',
  })
  @ApiOkResponse({ type: QueueDto, description: 'The queue as it stands' })
  @ApiProblems()
  async pause(): Promise<QueueDto> {
    await this.admin.pauseProcessing();
    return this.queue();
  }

  @Post('processing/resume')
  @HttpCode(200)
  @Act('resume_processing')
  @ApiOperation({ operationId: 'resumeProcessing', summary: 'Begin jobs again' })
  @ApiOkResponse({ type: QueueDto, description: 'The queue as it stands' })
  @ApiProblems()
  async resume(): Promise<QueueDto> {
    await this.admin.resumeProcessing();
    return this.queue();
  }

  @Post('dead-letters/:task_id/retry')
  @HttpCode(204)
  @Act('retry_dead_letter')
  @ApiOperation({ operationId: 'retryDeadLetter', summary: 'Try again what was given up' })
  @ApiParam({ name: 'task_id', format: 'uuid', description: 'The task' })
  @ApiNoContentResponse({ description: 'It waits again' })
  @ApiProblems(DeadLetterNotFound, JobNotFound, JobNotRetryable, StorageFull)
  retry(@Param('task_id', IdPipe(DeadLetterNotFound)) taskId: string): Promise<void> {
    return this.admin.retry(taskId);
  }

  private pageOf<T>({ entries, next }: Page<T>, request: Request, response: Response): readonly T[] {
    linkNext(request, response, next);
    return entries;
  }
}
