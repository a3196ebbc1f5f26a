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
  UseGuards,
  UseInterceptors,
  type StreamableFile,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { BacklogFull } from '../platform/admission/admission.errors';
import { BacklogGuard } from '../platform/admission/backlog.guard';
import { DatabaseUnavailable } from '../platform/database/database.errors';
import { StorageFull } from '../platform/errors/storage-full.error';
import { ApiDownload } from '../platform/http/api-download.decorator';
import { ApiProblems } from '../platform/http/api-problems.decorator';
import { Caller, type Owner } from '../platform/http/caller.decorator';
import { answerDownload } from '../platform/http/download';
import { JSON_BODY_PROBLEMS, ValidationFailed } from '../platform/http/http.errors';
import { IdPipe } from '../platform/http/id.pipe';
import { JsonBodyGuard } from '../platform/http/json-body.guard';
import { linkNext, PageQuery } from '../platform/http/page.dto';
import { ApiIdempotencyKey, IDEMPOTENCY_PROBLEMS } from '../platform/idempotency/api-idempotency.decorator';
import { IdempotencyInterceptor, OnceOnly } from '../platform/idempotency/idempotency.interceptor';
import { Once } from '../platform/idempotency/once';
import { CONTENT_TYPES, fileNameOf, type Report } from './report';
import {
  CreateReportDto,
  pathOf,
  ReportDto,
  RequestedReportDto,
  toReportDto,
  toRequestedReport,
  toWish,
} from './reports.dto';
import { ReportNotFound, ReportNotReady } from './reports.errors';
import { ReportsService } from './reports.service';

const ReportId = () => Param('report_id', IdPipe(ReportNotFound));
const ApiReportId = () => ApiParam({ name: 'report_id', format: 'uuid', description: 'The report' });

@ApiTags('reports')
@ApiProblems(DatabaseUnavailable)
@Controller('reports')
export class ReportsController {
  constructor(private readonly reports: ReportsService) {}

  @Post()
  @HttpCode(202)
  @UseGuards(BacklogGuard, JsonBodyGuard)
  @UseInterceptors(IdempotencyInterceptor)
  @ApiOperation({
    operationId: 'createReport',
    summary: 'Have a report of your jobs compiled and mailed',
    description:
      'Answers at once. The report is compiled in the background, mailed as an attachment, and kept for download.',
  })
  @ApiIdempotencyKey()
  @ApiAcceptedResponse({
    type: RequestedReportDto,
    description: 'It will be compiled',
    headers: { Location: { description: 'Path of the report', schema: { type: 'string' } } },
  })
  @ApiProblems(...JSON_BODY_PROBLEMS, StorageFull, BacklogFull, ...IDEMPOTENCY_PROBLEMS)
  create(
    @Caller() owner: Owner,
    @Body() body: CreateReportDto,
    @OnceOnly() once: Once,
  ): Promise<RequestedReportDto> {
    const reply = (report: Report) => ({ body: toRequestedReport(report), location: pathOf(report) });
    return once.answer(body, async (keep) =>
      reply(
        await this.reports.request(owner, toWish(body), (queries, report) => keep(queries, reply(report))),
      ),
    );
  }

  @Get()
  @ApiOperation({ operationId: 'listReports', summary: 'List your reports, newest first' })
  @ApiOkResponse({
    type: [ReportDto],
    description: 'A page of reports',
    headers: { Link: { description: 'The next page, if there is one', schema: { type: 'string' } } },
  })
  @ApiProblems(ValidationFailed)
  async list(
    @Caller() owner: Owner,
    @Query() query: PageQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReportDto[]> {
    const { entries, next } = await this.reports.list(owner, query);
    linkNext(request, response, next);
    return entries.map(toReportDto);
  }

  @Get(':report_id')
  @ApiOperation({ operationId: 'getReport', summary: 'See how far a report has come' })
  @ApiReportId()
  @ApiOkResponse({ type: ReportDto, description: 'The report' })
  @ApiProblems(ReportNotFound)
  async get(@Caller() owner: Owner, @ReportId() reportId: string): Promise<ReportDto> {
    return toReportDto(await this.reports.get(owner, reportId));
  }

  @Get(':report_id/download')
  @ApiOperation({ operationId: 'downloadReport', summary: 'Download a report' })
  @ApiReportId()
  @ApiDownload()
  @ApiProblems(ReportNotFound, ReportNotReady)
  async download(
    @Caller() owner: Owner,
    @ReportId() reportId: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile | undefined> {
    const report = await this.reports.getCompleted(owner, reportId);
    const { file, format, finishedAt, createdAt } = report;
    const download = {
      filename: fileNameOf(report),
      contentType: CONTENT_TYPES[format],
      sizeBytes: file.sizeBytes,
      sha256: file.sha256,
      modifiedAt: finishedAt ?? createdAt,
    };
    return answerDownload(request, response, download, (range) => this.reports.read(file, range));
  }

  @Delete(':report_id')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'deleteReport',
    summary: 'Delete a report, in whatever state',
    description: 'A mail of it that is not sent yet is not sent any more.',
  })
  @ApiReportId()
  @ApiNoContentResponse({ description: 'It is gone' })
  @ApiProblems(ReportNotFound, StorageFull)
  delete(@Caller() owner: Owner, @ReportId() reportId: string): Promise<void> {
    return this.reports.delete(owner, reportId);
  }
}
