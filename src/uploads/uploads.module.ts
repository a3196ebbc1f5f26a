import { type MiddlewareConsumer, Module, type NestModule, RequestMethod } from '@nestjs/common';
import { FilesModule } from '../files/files.module';
import { JobsModule } from '../jobs/jobs.module';
import { Clock } from '../platform/clock/clock';
import { Settings } from '../platform/config/settings';
import { overrideMethod } from '../platform/http/method-override';
import { Leases } from '../platform/leases/leases';
import { FileIntake } from './file-intake';
import { LimitsController } from './limits.controller';
import { InMemoryUploadLocks } from './resumable/in-memory.upload-locks';
import { LeasedUploadLocks } from './resumable/leased.upload-locks';
import { OwnedUploads } from './resumable/owned-uploads';
import { ResumableUploadsController } from './resumable/resumable-uploads.controller';
import { ResumableUploadsRepository } from './resumable/resumable-uploads.repository';
import { ResumableUploadsService } from './resumable/resumable-uploads.service';
import { ResumableUploadsSweeper } from './resumable/resumable-uploads.sweeper';
import { RunningInspections } from './resumable/running-inspection';
import { TusProtocol } from './resumable/tus.protocol';
import { UploadFinisher } from './resumable/upload-finisher';
import { UploadLocks } from './resumable/upload-locks';
import { UploadReceiver } from './upload-receiver';
import { UploadsController } from './uploads.controller';
import { UploadsMetrics } from './uploads.metrics';
import { UploadsService } from './uploads.service';
import { UrlImports } from './url-imports';

/** The doors through which files come in. */
@Module({
  imports: [FilesModule, JobsModule],
  controllers: [UploadsController, ResumableUploadsController, LimitsController],
  providers: [
    FileIntake,
    UploadReceiver,
    UploadsService,
    UploadsMetrics,
    UrlImports,
    ResumableUploadsRepository,
    ResumableUploadsService,
    ResumableUploadsSweeper,
    OwnedUploads,
    RunningInspections,
    TusProtocol,
    UploadFinisher,
    {
      provide: UploadLocks,
      inject: [Settings, Leases, Clock],
      useFactory: ({ DATABASE_URL }: Settings, leases: Leases, clock: Clock) =>
        DATABASE_URL === '' ? new InMemoryUploadLocks(clock) : new LeasedUploadLocks(leases, clock),
    },
  ],
  exports: [UploadReceiver, UploadsService, UrlImports],
})
export class UploadsModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer
      .apply(overrideMethod)
      .forRoutes({ path: 'upload/resumable/:upload_id', method: RequestMethod.POST });
  }
}
