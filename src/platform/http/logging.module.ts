import { Module } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { LoggerModule } from 'nestjs-pino';
import { Settings } from '../config/settings';
import { AppLogger } from './app.logger';
import { PROBES } from './probes';
import { assignRequestId } from './request-id';

/**
 * Structured logs, a line a request with its id. Of a request only method and path are logged:
 * no header, no query, no body, so that neither tokens nor contents get into a log.
 */
@Module({
  imports: [
    LoggerModule.forRootAsync({
      imports: [],
      providers: [],
      inject: [Settings],
      useFactory: ({ LOG_LEVEL }: Settings) => ({
        pinoHttp: {
          level: LOG_LEVEL,
          genReqId: assignRequestId,
          autoLogging: { ignore: ({ url = '' }: IncomingMessage) => PROBES.has(url) },
          customLogLevel: (_: IncomingMessage, { statusCode }: ServerResponse, error?: Error) =>
            error || statusCode >= 500 ? 'error' : 'info',
          serializers: {
            req: ({ id, method, url }: { id: string; method: string; url: string }) => ({
              id,
              method,
              path: pathOf(url),
            }),
            res: ({ statusCode }: { statusCode: number }) => ({ statusCode }),
          },
        },
      }),
    }),
  ],
  providers: [AppLogger],
})
export class LoggingModule {}

function pathOf(url: string): string {
  return url.split('?', 1)[0];
}
