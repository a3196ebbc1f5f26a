import { Module, type OnModuleInit } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { FilesModule } from '../files/files.module';
import { JobsModule } from '../jobs/jobs.module';
import { Processor } from '../plugin-api/processor';
import { UploadsModule } from '../uploads/uploads.module';
import { ImportJobHandler } from './import-job.handler';
import { ProcessJobHandler } from './process-job.handler';
import { ProcessingController } from './processing.controller';
import { ProcessingMetrics } from './processing.metrics';
import { ProcessingService } from './processing.service';
import { ProcessorPool } from './processor-pool';
import { ProcessorRegistry } from './processor-registry';
import { ProcessorRunner } from './processor-runner';
import { ArchiveProcessor } from './processors/archive/archive.processor';
import { ImageProcessor } from './processors/image/image.processor';
import { JsonProcessor } from './processors/json/json.processor';
import { PdfProcessor } from './processors/pdf/pdf.processor';
import { TableProcessor } from './processors/table/table.processor';
import { TextProcessor } from './processors/text/text.processor';
import { WordProcessor } from './processors/word/word.processor';

/** What comes with the service; of two that take a type, the first is its default. */
const BUILT_IN: readonly (new () => Processor)[] = [
  ImageProcessor,
  PdfProcessor,
  WordProcessor,
  TableProcessor,
  JsonProcessor,
  ArchiveProcessor,
  TextProcessor,
];

/** Runs jobs: which processors there are, the threads they run in, and what becomes of a job. */
@Module({
  imports: [DiscoveryModule, FilesModule, JobsModule, UploadsModule],
  controllers: [ProcessingController],
  providers: [
    ...BUILT_IN,
    ProcessorRegistry,
    ProcessorPool,
    ProcessorRunner,
    ProcessingService,
    ProcessingMetrics,
    ProcessJobHandler,
    ImportJobHandler,
  ],
  exports: [ProcessorRegistry],
})
export class ProcessingModule implements OnModuleInit {
  constructor(
    private readonly registry: ProcessorRegistry,
    private readonly discovery: DiscoveryService,
  ) {}

  onModuleInit(): void {
    const instances: unknown[] = this.discovery.getProviders().map(({ instance }) => instance as unknown);
    const processors = instances.filter((instance) => instance instanceof Processor);
    for (const processor of processors.toSorted((a, b) => rank(a) - rank(b)))
      this.registry.register(processor);
  }
}

/** Extensions bring what is more to the point than the general: theirs are chosen first. */
function rank(processor: Processor): number {
  if (!processor.byDefault) return 2;
  return BUILT_IN.some((builtIn) => processor instanceof builtIn) ? 1 : 0;
}
