import { Module } from '@nestjs/common';
import { FileTypes } from './file-types';
import { FilesController } from './files.controller';
import { FilesRepository } from './files.repository';
import { FilesService } from './files.service';
import { FilesSweeper } from './files.sweeper';
import { PurgeBlobsHandler } from './purge-blobs.handler';

/** Stored originals: their rows, their bytes, and which types are taken. */
@Module({
  controllers: [FilesController],
  providers: [FilesRepository, FilesService, FileTypes, FilesSweeper, PurgeBlobsHandler],
  exports: [FilesRepository, FilesService, FileTypes],
})
export class FilesModule {}
