import { Module } from '@nestjs/common';
import { FileTypes } from './file-types';
import { FilesController } from './files.controller';
import { FilesRepository } from './files.repository';
import { FilesService } from './files.service';
import { OwnerUsage } from './owner-usage';
import { PurgeBlobsHandler } from './purge-blobs.handler';
import { Retention } from './retention';

/** Stored originals: their rows, their bytes, and which types are taken. */
@Module({
  controllers: [FilesController],
  providers: [FilesRepository, OwnerUsage, FilesService, FileTypes, Retention, PurgeBlobsHandler],
  exports: [FilesRepository, OwnerUsage, FilesService, FileTypes, Retention],
})
export class FilesModule {}
