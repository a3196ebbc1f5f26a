import { Body, Controller, Get, Put, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AccountsService } from '../accounts/accounts.service';
import { UsersOnly } from '../accounts/restriction.guard';
import { Clock } from '../platform/clock/clock';
import { StorageFull } from '../platform/errors/storage-full.error';
import { ApiProblems } from '../platform/http/api-problems.decorator';
import { Caller, type Owner } from '../platform/http/caller.decorator';
import { JSON_BODY_PROBLEMS, ValidationFailed } from '../platform/http/http.errors';
import { JsonBodyGuard } from '../platform/http/json-body.guard';
import { NotificationSettingsDto, UpdateNotificationSettingsDto } from './notification-settings.dto';
import {
  NotificationSettingsRepository,
  type NotificationSettings,
} from './notification-settings.repository';

@ApiTags('accounts')
@UsersOnly()
@Controller('users/me/notifications')
export class NotificationSettingsController {
  constructor(
    private readonly settings: NotificationSettingsRepository,
    private readonly accounts: AccountsService,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'getNotificationSettings', summary: 'See what you are told' })
  @ApiOkResponse({ type: NotificationSettingsDto, description: 'Your settings' })
  @ApiProblems()
  async get(@Caller() owner: Owner): Promise<NotificationSettingsDto> {
    return toDto(await this.settings.find(owner));
  }

  @Put()
  @UseGuards(JsonBodyGuard)
  @ApiOperation({ operationId: 'updateNotificationSettings', summary: 'Change what you are told' })
  @ApiOkResponse({ type: NotificationSettingsDto, description: 'Your settings, as changed' })
  @ApiProblems(...JSON_BODY_PROBLEMS, StorageFull)
  async update(
    @Caller() owner: Owner,
    @Body() body: UpdateNotificationSettingsDto,
  ): Promise<NotificationSettingsDto> {
    const { email } = await this.accounts.get(owner);
    const { digest } = await this.settings.find(owner);
    const wanted = { jobFinishedEmail: body.job_finished_email, digest: body.digest ?? digest };
    if (email === null) refuseWithoutAddress(wanted);
    await this.settings.save(owner, wanted, this.clock.now());
    return toDto(wanted);
  }
}

function toDto({ jobFinishedEmail, digest }: NotificationSettings): NotificationSettingsDto {
  return { job_finished_email: jobFinishedEmail, digest };
}

function refuseWithoutAddress({ jobFinishedEmail, digest }: NotificationSettings): void {
  const message = 'the account has no address to send mail to';
  const fields = [
    ...(jobFinishedEmail ? ['job_finished_email'] : []),
    ...(digest === 'never' ? [] : ['digest']),
  ];
  if (fields.length > 0) throw new ValidationFailed(fields.map((field) => ({ field, message })));
}
