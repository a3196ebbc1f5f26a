import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { OpenAPIObject } from '@nestjs/swagger';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppModule } from './app.module';
import type { Settings } from './platform/config/settings';
import { AppLogger } from './platform/http/app.logger';
import { FastExpressAdapter } from './platform/http/fast-express.adapter';
import { createDocument, serveDocument } from './platform/http/openapi';
import { ProcessorRegistry } from './processing/processor-registry';

const JSON_LIMIT = '100kb';

/** What an application is to be created with. */
export const APP_OPTIONS = { bodyParser: false, logger: false, abortOnError: false } as const;

/** The service, ready to listen. */
export async function createApp(settings: Settings): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.with(settings),
    new FastExpressAdapter(),
    APP_OPTIONS,
  );
  return configureApp(app);
}

/** Adds to an application what its modules do not bring: parsers, documentation, shutdown. */
export async function configureApp(app: NestExpressApplication): Promise<NestExpressApplication> {
  app.useLogger(app.get(AppLogger));
  app.set('env', 'production'); // Express itself must never show a stack
  app.disable('x-powered-by');
  app.disable('etag'); // routes whose answers are worth one set their own
  app.useBodyParser('json', { limit: JSON_LIMIT });
  serveDocument(app, () => describeApp(app));
  // Exit code 0 after a clean shutdown: by default the process would end by the signal that it was sent.
  app.enableShutdownHooks([], { useProcessExit: true });
  await app.init();
  return app;
}

/** Version and routes of an initialised application as an OpenAPI document. */
export function describeApp(app: INestApplication): OpenAPIObject {
  const manifest = readFileSync(join(__dirname, '..', 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const processors = app.get(ProcessorRegistry).all;
  const results = Object.fromEntries(processors.map(({ name, result }) => [name, result]));
  return createDocument(app, { version, results });
}
