import { Module } from '@nestjs/common';
import { FileTypes } from './file-types';
import { FilesController } from './files.controller';
import { FilesRepository } from './files.repository';
import { FilesService } from './files.service';
import { PurgeBlobsHandler } from './purge-blobs.handler';

/** Stored originals: their rows, their bytes, and which types are taken. */
@Module({
  controllers: [FilesController],
  providers: [FilesRepository, FilesService, FileTypes, PurgeBlobsHandler],
  exports: [FilesRepository, FilesService, FileTypes],
})
export class FilesModule {}
