import { Body, Controller, Get, Post, Query, Req, Res, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { DatabaseUnavailable } from '../platform/database/database.errors';
import { StorageFull } from '../platform/errors/storage-full.error';
import { ApiProblems } from '../platform/http/api-problems.decorator';
import { Caller, type Owner } from '../platform/http/caller.decorator';
import { JSON_BODY_PROBLEMS, ValidationFailed } from '../platform/http/http.errors';
import { JsonBodyGuard } from '../platform/http/json-body.guard';
import { linkNext } from '../platform/http/page.dto';
import { ApiIdempotencyKey, IDEMPOTENCY_PROBLEMS } from '../platform/idempotency/api-idempotency.decorator';
import { IdempotencyInterceptor, OnceOnly } from '../platform/idempotency/idempotency.interceptor';
import { Once } from '../platform/idempotency/once';
import {
  ActivityDto,
  ActivityEntryDto,
  CreateActivityEntryDto,
  ListActivityQuery,
  toActivityDto,
  toEntryDto,
  toFilter,
} from './activity.dto';
import type { ActivityEntry } from './activity.repository';
import { ActivityService } from './activity.service';

const Link = { description: 'The next page: `<…>; rel="next"`', schema: { type: 'string' } } as const;

@ApiTags('insight')
@ApiProblems(DatabaseUnavailable)
@Controller('activity')
export class ActivityController {
  constructor(private readonly activity: ActivityService) {}

  @Get()
  @ApiOperation({
    operationId: 'listActivity',
    summary: 'What happened, newest first',
    description:
      'What becomes of jobs and accounts, and downloads, is written down in the background: the entries may come a moment later.',
  })
  @ApiOkResponse({ type: ActivityDto, description: 'A page of entries', headers: { Link } })
  @ApiProblems(ValidationFailed)
  async list(
    @Caller() owner: Owner,
    @Query() query: ListActivityQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ActivityDto> {
    const page = await this.activity.list(owner, toFilter(query));
    linkNext(request, response, page.next);
    return toActivityDto(page);
  }

  @Post()
  @UseGuards(JsonBodyGuard)
  @UseInterceptors(IdempotencyInterceptor)
  @ApiOperation({ operationId: 'createActivityEntry', summary: 'Write down something of your own' })
  @ApiIdempotencyKey()
  @ApiCreatedResponse({ type: ActivityEntryDto, description: 'The entry' })
  @ApiProblems(...JSON_BODY_PROBLEMS, StorageFull, ...IDEMPOTENCY_PROBLEMS)
  create(
    @Caller() owner: Owner,
    @Body() body: CreateActivityEntryDto,
    @OnceOnly() once: Once,
  ): Promise<ActivityEntryDto> {
    const reply = (entry: ActivityEntry) => ({ body: toEntryDto(entry) });
    return once.answer(body, async (keep) =>
      reply(
        await this.activity.note(owner, body.description, (queries, entry) => keep(queries, reply(entry))),
      ),
    );
  }
}
