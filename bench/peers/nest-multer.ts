/** The upload service of the NestJS documentation: FileInterceptor with diskStorage, jobs in a Map, nothing processed. */
import 'reflect-metadata';
import {
  Controller,
  Get,
  Module,
  NotFoundException,
  Param,
  Post,
  UploadedFile,
  UseInterceptors,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FileInterceptor } from '@nestjs/platform-express';
import { diskStorage } from 'multer';
import { randomUUID } from 'node:crypto';

const [directory, port] = process.argv.slice(2);

interface StoredFile {
  readonly originalname: string;
  readonly size: number;
}

@Controller()
class UploadController {
  private readonly jobs = new Map<string, object>();

  @Get()
  root() {
    return { status: 'ok' };
  }

  @Post(['upload', 'save'])
  @UseInterceptors(
    FileInterceptor('file', {
      storage: diskStorage({
        destination: directory,
        filename: (_request, _file, done) => done(null, randomUUID()),
      }),
    }),
  )
  upload(@UploadedFile() file: StoredFile) {
    const job_id = randomUUID();
    this.jobs.set(job_id, {
      job_id,
      filename: file.originalname,
      size_bytes: file.size,
      status: 'completed',
    });
    return { job_id, status: 'pending' };
  }

  @Get('jobs/:id')
  job(@Param('id') id: string) {
    const job = this.jobs.get(id);
    if (!job) throw new NotFoundException();
    return job;
  }

  @Get('pending')
  pending() {
    return { pending: 0 };
  }
}

@Module({ controllers: [UploadController] })
class AppModule {}

void NestFactory.create(AppModule, { logger: false }).then((app) => app.listen(Number(port), '127.0.0.1'));
