import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module';
import { JobsModule } from '../jobs/jobs.module';
import { ReportsModule } from '../reports/reports.module';
import { DigestsSweeper } from './digests/digests.sweeper';
import { JobMailHook } from './job-mail.hook';
import { NotificationNudge } from './notification-nudge';
import { NotificationSettingsController } from './notification-settings.controller';
import { NotificationSettingsRepository } from './notification-settings.repository';
import { DeliverWebhooksHandler } from './webhooks/deliver-webhooks.handler';
import { DeliveriesRepository } from './webhooks/deliveries.repository';
import { DeliveriesSweeper } from './webhooks/deliveries.sweeper';
import { WebhookOutbox } from './webhooks/webhook-outbox';
import { WebhookSecretsRepository } from './webhooks/webhook-secrets.repository';
import { WebhookSender } from './webhooks/webhook-sender';
import { WebhookHook } from './webhooks/webhook.hook';
import { WebhooksController } from './webhooks/webhooks.controller';
import { WebhooksRepository } from './webhooks/webhooks.repository';
import { WebhooksService } from './webhooks/webhooks.service';

/** Tells people and machines that jobs have ended: by mail, and by webhooks. */
@Module({
  imports: [AccountsModule, JobsModule, ReportsModule],
  controllers: [NotificationSettingsController, WebhooksController],
  providers: [
    DigestsSweeper,
    JobMailHook,
    NotificationNudge,
    NotificationSettingsRepository,
    DeliverWebhooksHandler,
    DeliveriesRepository,
    DeliveriesSweeper,
    WebhookHook,
    WebhookOutbox,
    WebhookSecretsRepository,
    WebhookSender,
    WebhooksRepository,
    WebhooksService,
  ],
})
export class NotificationsModule {}
