import { Module } from '@nestjs/common';
import { FilesModule, JobsModule, UploadsModule } from 'filemill/plugin-api';
import { ComputePool } from './compute-pool';
import { ConcurrencyController } from './concurrency.controller';
import { LogActivityHandler } from './log-activity.handler';
import { OperationsController } from './operations.controller';
import { OperationsRepository } from './operations.repository';
import { OperationsService } from './operations.service';
import { RequestTracker } from './request-tracker';
import { StreamsController } from './streams.controller';
import { UploadsController } from './uploads.controller';
import { WaitingController } from './waiting.controller';
import { WriteReportHandler } from './write-report.handler';

@Module({
  imports: [FilesModule, JobsModule, UploadsModule],
  controllers: [
    WaitingController,
    UploadsController,
    StreamsController,
    ConcurrencyController,
    OperationsController,
  ],
  providers: [
    ComputePool,
    RequestTracker,
    OperationsRepository,
    OperationsService,
    LogActivityHandler,
    WriteReportHandler,
  ],
})
export class AsyncOperationsModule {}
