import { Module } from '@nestjs/common';
import { FilesModule } from '../files/files.module';
import { JobLifecycle } from './job-lifecycle';
import { JobsController } from './jobs.controller';
import { JobsRepository } from './jobs.repository';
import { JobsService } from './jobs.service';

/** Jobs: their rows, their lifecycle, and what owners and workers do with them. */
@Module({
  imports: [FilesModule],
  controllers: [JobsController],
  providers: [JobsRepository, JobsService, JobLifecycle],
  exports: [JobsService, JobLifecycle],
})
export class JobsModule {}
