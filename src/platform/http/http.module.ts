import { Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { AppLogger } from './app.logger';
import { ConnectionDrain } from './connection-drain';
import { ErrorsController } from './errors.controller';
import { ProblemFilter } from './problem.filter';
import { UploadPace } from './upload-pace';
import { createValidationPipe } from './validation.pipe';

/** What holds for every route: validation, problem documents, the log, the pace of bodies, and the end of connections at shutdown. */
@Module({
  controllers: [ErrorsController],
  providers: [
    AppLogger,
    ConnectionDrain,
    UploadPace,
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_PIPE, useFactory: createValidationPipe },
  ],
})
export class HttpModule {}
