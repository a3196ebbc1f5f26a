import { applyDecorators, Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiResponse,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { DatabaseUnavailable } from '../../platform/database/database.errors';
import { ApiProblems } from '../../platform/http/api-problems.decorator';
import { Caller, type Owner } from '../../platform/http/caller.decorator';
import { EVENT_STREAM, EventStream, NDJSON } from '../../platform/http/event-stream';
import { ValidationFailed } from '../../platform/http/http.errors';
import { IdPipe } from '../../platform/http/id.pipe';
import { JobStatusDto } from '../jobs.dto';
import { JobNotFound } from '../jobs.errors';
import { JobFeed } from './job-feed';
import { JobHistory } from './job-history';
import { EVENT_ID, JobEventDto, JobReferenceDto, WatchQuery } from './live.dto';
import { TooManyStreams } from '../../platform/http/live.errors';
import type { Scope } from './transitions.repository';

const EVENTS = `Server-Sent Events: \`id\`, \`event\` (\`job.queued\`, \`job.started\`, \`job.progressed\`,
\`job.completed\`, \`job.failed\`, \`job.cancelled\`, \`job.deleted\`) and \`data\`, the job as \`GET /jobs/{job_id}\`
gives it (\`{"job_id"}\` alone once it is deleted). \`Last-Event-ID\` goes on after that event without a gap;
an event that the job has gone beyond shows it as it was, without result and error. Progress has no id and may
be left out. With \`Accept: ${NDJSON}\` the same as a JSON document a line. A comment, or an empty line, every
15 seconds shows that the connection lives.`.replaceAll('\n', ' ');

/** Documents what both routes have in common. */
function ApiEvents(operationId: string, summary: string, more: string): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId, summary, description: `${more} ${EVENTS}` }),
    ApiHeader({ name: 'Last-Event-ID', required: false, description: 'The last event that was seen' }),
    ApiExtraModels(JobEventDto, JobReferenceDto),
    ApiOkResponse({
      description: 'Events as they happen; the schemas are those of `data` and of a line',
      content: {
        [EVENT_STREAM]: {
          schema: {
            anyOf: [{ $ref: getSchemaPath(JobStatusDto) }, { $ref: getSchemaPath(JobReferenceDto) }],
          },
        },
        [NDJSON]: { schema: { $ref: getSchemaPath(JobEventDto) } },
      },
    }),
    ApiProblems(ValidationFailed, TooManyStreams, DatabaseUnavailable),
  );
}

@ApiTags('jobs')
@Controller('jobs')
export class JobEventsController {
  constructor(
    private readonly feed: JobFeed,
    private readonly history: JobHistory,
  ) {}

  @Get('events')
  @ApiEvents('watchJobs', 'Follow all your jobs live', 'Everything from now on.')
  watchAll(
    @Caller() owner: Owner,
    @Query() query: WatchQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    return this.answer({ owner }, query, request, response);
  }

  @Get(':job_id/events')
  @ApiEvents(
    'watchJob',
    'Follow a job live',
    'Begins with the job as it stands, and ends when it is completed, failed, cancelled or deleted.',
  )
  @ApiParam({ name: 'job_id', format: 'uuid', description: 'The job' })
  @ApiResponse({ status: 204, description: 'The job has settled, and the end was seen: do not come back' })
  @ApiProblems(JobNotFound)
  watch(
    @Caller() owner: Owner,
    @Param('job_id', IdPipe(JobNotFound)) jobId: string,
    @Query() query: WatchQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    return this.answer({ owner, jobId }, query, request, response);
  }

  private async answer(scope: Scope, query: WatchQuery, request: Request, response: Response): Promise<void> {
    const seen = lastSeen(request, query);
    const now = await this.history.now();
    const start = await this.history.startOf(scope, seen);
    if (start === undefined) response.status(204).end();
    else this.feed.join(scope, start, now, () => EventStream.open(request, response, String(start)));
  }
}

/** @throws ValidationFailed when the header is not the id of an event */
function lastSeen(request: Request, query: WatchQuery): number | undefined {
  const id = request.get('last-event-id') || query.last_event_id;
  if (id === undefined) return undefined;
  if (EVENT_ID.test(id)) return Number(id);
  throw new ValidationFailed([
    { field: 'Last-Event-ID', message: 'Last-Event-ID must be the id of an event' },
  ]);
}
