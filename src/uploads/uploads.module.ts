import { Module } from '@nestjs/common';
import { FilesModule } from '../files/files.module';
import { JobsModule } from '../jobs/jobs.module';
import { UploadReceiver } from './upload-receiver';
import { UploadsController } from './uploads.controller';
import { UploadsService } from './uploads.service';

/** The doors through which files come in. */
@Module({
  imports: [FilesModule, JobsModule],
  controllers: [UploadsController],
  providers: [UploadReceiver, UploadsService],
})
export class UploadsModule {}
