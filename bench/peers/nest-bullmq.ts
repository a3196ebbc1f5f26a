/** The common NestJS sample for background work: multer to the disk, a BullMQ queue on Redis, a processor. */
import 'reflect-metadata';
import { BullModule, InjectQueue, Processor, WorkerHost } from '@nestjs/bullmq';
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
import type { Job, Queue } from 'bullmq';
import { diskStorage } from 'multer';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';

const [directory, port, redisPort] = process.argv.slice(2);

@Controller()
class UploadController {
  constructor(@InjectQueue('files') private readonly queue: Queue) {}

  @Get()
  root() {
    return { status: 'ok' };
  }

  @Post('upload')
  @UseInterceptors(
    FileInterceptor('file', {
      storage: diskStorage({
        destination: directory,
        filename: (_request, _file, done) => done(null, randomUUID()),
      }),
    }),
  )
  async upload(@UploadedFile() file: { path: string; originalname: string }) {
    const job = await this.queue.add('count', { path: file.path, filename: file.originalname });
    return { job_id: job.id, status: 'pending' };
  }

  @Get('jobs/:id')
  async job(@Param('id') id: string) {
    const job = (await this.queue.getJob(id)) as Job | undefined;
    if (!job) throw new NotFoundException();
    return { job_id: id, status: await job.getState(), result: job.returnvalue as object };
  }

  @Get('pending')
  async pending() {
    const { waiting, active, prioritized } = await this.queue.getJobCounts();
    return { pending: waiting + active + (prioritized ?? 0) };
  }
}

@Processor('files', { concurrency: 8 })
class CountProcessor extends WorkerHost {
  override async process(job: Job<{ path: string }>) {
    const text = await readFile(job.data.path, 'utf8');
    return {
      line_count: text.split('\n').length - 1,
      word_count: text.split(/\s+/).filter(Boolean).length,
      char_count: Array.from(text).length,
    };
  }
}

@Module({
  imports: [
    BullModule.forRoot({ connection: { host: '127.0.0.1', port: Number(redisPort) } }),
    BullModule.registerQueue({ name: 'files' }),
  ],
  controllers: [UploadController],
  providers: [CountProcessor],
})
class AppModule {}

void NestFactory.create(AppModule, { logger: false }).then((app) => app.listen(Number(port), '127.0.0.1'));
