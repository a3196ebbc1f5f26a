import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { TooManyStreams } from '../../platform/http/live.errors';
import { isId } from '../../platform/clock/ids';
import { DatabaseUnavailable } from '../../platform/database/database.errors';
import { ApiProblems } from '../../platform/http/api-problems.decorator';
import { Caller, type Owner } from '../../platform/http/caller.decorator';
import { EVENT_STREAM, EventStream, NDJSON } from '../../platform/http/event-stream';
import { ValidationFailed } from '../../platform/http/http.errors';
import { ActivityEntryDto, ActivityEventDto, WatchActivityQuery } from '../activity.dto';
import { ActivityFeed } from './activity-feed';

@ApiTags('insight')
@Controller('activity')
export class ActivityStreamController {
  constructor(private readonly feed: ActivityFeed) {}

  @Get('stream')
  @ApiOperation({
    operationId: 'watchActivity',
    summary: 'Follow what happens live',
    description: `Everything from now on as Server-Sent Events: \`id\` of the entry, \`event\`, its type, and \`data\`, the entry as \`GET /activity\` gives it. \`Last-Event-ID\` goes on after that entry without a gap. With \`Accept: ${NDJSON}\` the same as a JSON document a line. A comment, or an empty line, every 15 seconds shows that the connection lives.`,
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'The last entry that was seen' })
  @ApiExtraModels(ActivityEventDto)
  @ApiOkResponse({
    description: 'Entries as they are written down; the schemas are those of `data` and of a line',
    content: {
      [EVENT_STREAM]: { schema: { $ref: getSchemaPath(ActivityEntryDto) } },
      [NDJSON]: { schema: { $ref: getSchemaPath(ActivityEventDto) } },
    },
  })
  @ApiProblems(ValidationFailed, TooManyStreams, DatabaseUnavailable)
  watch(
    @Caller() owner: Owner,
    @Query() query: WatchActivityQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const seen = lastSeen(request, query);
    return this.feed.join(owner, seen, (begin) => EventStream.open(request, response, begin));
  }
}

/** @throws ValidationFailed when the header is not the id of an entry */
function lastSeen(request: Request, query: WatchActivityQuery): string | undefined {
  const id = request.get('last-event-id') || query.last_event_id;
  if (id === undefined || isId(id)) return id;
  throw new ValidationFailed([
    { field: 'Last-Event-ID', message: 'Last-Event-ID must be the id of an entry' },
  ]);
}
