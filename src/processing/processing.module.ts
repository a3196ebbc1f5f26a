import { Module, type OnModuleInit } from '@nestjs/common';
import { FilesModule } from '../files/files.module';
import { JobsModule } from '../jobs/jobs.module';
import { ProcessJobHandler } from './process-job.handler';
import { ProcessingController } from './processing.controller';
import { ProcessingService } from './processing.service';
import { ProcessorPool } from './processor-pool';
import { ProcessorRegistry } from './processor-registry';
import { textProcessor } from './processors/text/text.processor';

/** Runs jobs: which processors there are, the threads they run in, and what becomes of a job. */
@Module({
  imports: [FilesModule, JobsModule],
  controllers: [ProcessingController],
  providers: [ProcessorRegistry, ProcessorPool, ProcessingService, ProcessJobHandler],
  exports: [ProcessorRegistry],
})
export class ProcessingModule implements OnModuleInit {
  constructor(private readonly registry: ProcessorRegistry) {}

  onModuleInit(): void {
    for (const processor of [textProcessor]) this.registry.register(processor);
  }
}
