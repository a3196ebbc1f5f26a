import { type DynamicModule, Module } from '@nestjs/common';
import { accountMigrations } from './accounts/accounts.migrations';
import { AccountsModule } from './accounts/accounts.module';
import { ActivityModule } from './activity/activity.module';
import { activityMigrations } from './activity/activity.repository';
import { AdminModule } from './admin/admin.module';
import { FilesModule } from './files/files.module';
import { fileMigrations } from './files/files.repository';
import { JobsModule } from './jobs/jobs.module';
import { jobMigrations } from './jobs/jobs.migrations';
import { notificationMigrations } from './notifications/notification-settings.repository';
import { NotificationsModule } from './notifications/notifications.module';
import { webhookMigrations } from './notifications/webhooks/webhooks.migrations';
import { AdmissionModule } from './platform/admission/admission.module';
import { ClockModule } from './platform/clock/clock.module';
import { ConfigModule } from './platform/config/config.module';
import { loadAllSettings, type Environment } from './platform/config/load-settings';
import type { Migrations } from './platform/database/database';
import { DatabaseModule } from './platform/database/database.module';
import { EventsModule } from './platform/events/events.module';
import { HealthModule } from './platform/health/health.module';
import { HttpModule } from './platform/http/http.module';
import { UnknownRoutesModule } from './platform/http/unknown-routes.module';
import { IdempotencyModule } from './platform/idempotency/idempotency.module';
import { idempotencyMigrations } from './platform/idempotency/idempotency.repository';
import { LeasesModule } from './platform/leases/leases.module';
import { leaseMigrations } from './platform/leases/leases.repository';
import { MetricsModule } from './platform/metrics/metrics.module';
import { MailModule } from './platform/mail/mail.module';
import { mailMigrations } from './platform/mail/mails.repository';
import { OutboundModule } from './platform/outbound/outbound.module';
import { RateLimitsModule } from './platform/rate-limits/rate-limits.module';
import { RedisModule } from './platform/redis/redis.module';
import { SchedulingModule } from './platform/scheduling/scheduling.module';
import { StorageModule } from './platform/storage/storage.module';
import { TasksModule } from './platform/tasks/tasks.module';
import { taskMigrations } from './platform/tasks/tasks.migrations';
import type { Extension } from './plugin-api/extension';
import { ProcessingModule } from './processing/processing.module';
import { reportMigrations } from './reports/reports.migrations';
import { ReportsModule } from './reports/reports.module';
import { StatsModule } from './stats/stats.module';
import { resumableUploadMigrations } from './uploads/resumable/resumable-uploads.repository';
import { UploadsModule } from './uploads/uploads.module';

/** Those of the service itself, feature by feature. */
export const MIGRATIONS: readonly Migrations[] = [
  taskMigrations,
  leaseMigrations,
  idempotencyMigrations,
  mailMigrations,
  accountMigrations,
  fileMigrations,
  jobMigrations,
  resumableUploadMigrations,
  reportMigrations,
  activityMigrations,
  webhookMigrations,
  notificationMigrations,
];

const EXTENSION_NAME = /^[a-z][a-z0-9-]*$/;

/** The composition root: what the service is made of, and what extensions add to it. */
@Module({})
export class AppModule {
  /** @throws InvalidSettings · Error when an extension has no name of its own */
  static with(environment: Environment, extensions: readonly Extension[] = []): DynamicModule {
    checkNames(extensions);
    const settings = extensions.flatMap((extension) => extension.settings ?? []);
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(loadAllSettings(environment, settings)),
        ClockModule,
        EventsModule,
        MetricsModule,
        DatabaseModule.with(MIGRATIONS, extensions),
        RedisModule,
        StorageModule,
        LeasesModule,
        SchedulingModule,
        TasksModule,
        MailModule,
        HealthModule,
        AdmissionModule,
        HttpModule,
        IdempotencyModule,
        OutboundModule,
        AccountsModule, // first of the features: its guard goes before those of all others
        FilesModule,
        JobsModule,
        UploadsModule,
        ProcessingModule,
        StatsModule,
        ReportsModule,
        ActivityModule,
        NotificationsModule,
        AdminModule,
        RateLimitsModule, // its guard comes after those of the modules above, which know the caller
        ...extensions.map((extension) => extension.module),
        UnknownRoutesModule,
      ],
    };
  }
}

function checkNames(extensions: readonly Extension[]): void {
  const names = new Set<string>();
  for (const { name } of extensions) {
    if (!EXTENSION_NAME.test(name))
      throw new Error(`'${name}' is no name for an extension: use lower-case letters, digits and hyphens.`);
    if (names.has(name)) throw new Error(`Two extensions are called '${name}': rename one of them.`);
    names.add(name);
  }
}
