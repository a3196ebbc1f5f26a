import { Module } from '@nestjs/common';
import { FilesModule, JobsModule } from 'filemill/plugin-api';
import { IndexSubtitlesHandler } from './index-subtitles.handler';
import { SubtitlesController } from './subtitles.controller';
import { SubtitlesProcessor } from './subtitles.processor';
import { SubtitlesRepository } from './subtitles.repository';
import { SubtitlesService } from './subtitles.service';

/** Processor, task handler, listener and routes: each is found because it is here. */
@Module({
  imports: [FilesModule, JobsModule],
  controllers: [SubtitlesController],
  providers: [SubtitlesProcessor, SubtitlesRepository, SubtitlesService, IndexSubtitlesHandler],
})
export class SubtitlesModule {}
