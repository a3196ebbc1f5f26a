import { type DynamicModule, Module } from '@nestjs/common';
import { FilesModule } from './files/files.module';
import { fileMigrations } from './files/files.repository';
import { JobsModule } from './jobs/jobs.module';
import { jobMigrations } from './jobs/jobs.repository';
import { ClockModule } from './platform/clock/clock.module';
import { ConfigModule } from './platform/config/config.module';
import type { Settings } from './platform/config/settings';
import { DatabaseModule } from './platform/database/database.module';
import { EventsModule } from './platform/events/events.module';
import { HealthModule } from './platform/health/health.module';
import { HttpModule } from './platform/http/http.module';
import { StorageModule } from './platform/storage/storage.module';
import { TasksModule } from './platform/tasks/tasks.module';
import { taskMigrations } from './platform/tasks/tasks.repository';
import { ProcessingModule } from './processing/processing.module';
import { UploadsModule } from './uploads/uploads.module';

/** The composition root: what the service is made of. */
@Module({})
export class AppModule {
  static with(settings: Settings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(settings),
        ClockModule,
        EventsModule,
        DatabaseModule.with([taskMigrations, fileMigrations, jobMigrations]),
        StorageModule,
        TasksModule,
        HealthModule,
        HttpModule,
        FilesModule,
        JobsModule,
        UploadsModule,
        ProcessingModule,
      ],
    };
  }
}
