import { Body, Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  ApiProblems,
  Caller,
  DatabaseUnavailable,
  JsonBodyGuard,
  StorageFull,
  ValidationFailed,
  type Owner,
} from 'filemill/plugin-api';
import {
  ActivityParams,
  ActivityQuery,
  ConfirmationDto,
  IntelReportDto,
  TaskLogDto,
  toOperation,
} from './operations.dto';
import { OperationsService } from './operations.service';

const CONFIRMATION: ConfirmationDto = {
  message: 'It is being done in the background; GET /tasks/log shows it.',
};

/** What the tutorials give to `BackgroundTasks`, and lose with the process. */
@ApiTags('background')
@Controller()
export class OperationsController {
  constructor(private readonly operations: OperationsService) {}

  @Post('log-activity/:user_email')
  @HttpCode(202)
  @ApiOperation({ operationId: 'logUserActivity', summary: 'Log an activity in the background' })
  @ApiAcceptedResponse({ type: ConfirmationDto })
  @ApiProblems(ValidationFailed, StorageFull, DatabaseUnavailable)
  async logActivity(
    @Caller() owner: Owner,
    @Param() { user_email }: ActivityParams,
    @Query() { activity_description }: ActivityQuery,
  ): Promise<ConfirmationDto> {
    await this.operations.logActivity({ owner, email: user_email, activity: activity_description });
    return CONFIRMATION;
  }

  @Get('tasks/log')
  @ApiOperation({ operationId: 'taskLog', summary: 'What was done in the background for you' })
  @ApiOkResponse({ type: TaskLogDto })
  @ApiProblems(DatabaseUnavailable)
  async log(@Caller() owner: Owner): Promise<TaskLogDto> {
    const { total, last } = await this.operations.log(owner);
    return { total_tasks: total, tasks: last.map(toOperation) };
  }

  @Post('request-intel-report')
  @HttpCode(202)
  @UseGuards(JsonBodyGuard)
  @ApiOperation({ operationId: 'requestIntelReport', summary: 'Have a report on your jobs compiled' })
  @ApiAcceptedResponse({ type: ConfirmationDto })
  @ApiProblems(ValidationFailed, StorageFull, DatabaseUnavailable)
  async report(@Caller() owner: Owner, @Body() body: IntelReportDto): Promise<ConfirmationDto> {
    const { recipient_email: recipient, report_name: name } = body;
    await this.operations.requestReport({ owner, recipient, name });
    return CONFIRMATION;
  }
}
