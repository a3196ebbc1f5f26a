import { Module, type OnModuleInit } from '@nestjs/common';
import { FilesModule } from '../files/files.module';
import { JobsModule } from '../jobs/jobs.module';
import { ProcessJobHandler } from './process-job.handler';
import { ProcessingController } from './processing.controller';
import { ProcessingService } from './processing.service';
import { ProcessorPool } from './processor-pool';
import { ProcessorRegistry } from './processor-registry';
import { archiveProcessor } from './processors/archive/archive.processor';
import { imageProcessor } from './processors/image/image.processor';
import { jsonProcessor } from './processors/json/json.processor';
import { pdfProcessor } from './processors/pdf/pdf.processor';
import { tableProcessor } from './processors/table/table.processor';
import { textProcessor } from './processors/text/text.processor';
import { wordProcessor } from './processors/word/word.processor';

/** What comes with the service; the first that takes a type is its default. */
const PROCESSORS = [
  imageProcessor,
  pdfProcessor,
  wordProcessor,
  tableProcessor,
  jsonProcessor,
  archiveProcessor,
  textProcessor,
];

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
    for (const processor of PROCESSORS) this.registry.register(processor);
  }
}
