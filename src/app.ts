import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { OpenAPIObject } from '@nestjs/swagger';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { AppModule } from './app.module';
import type { Environment } from './platform/config/load-settings';
import { Settings } from './platform/config/settings';
import { AppLogger } from './platform/http/app.logger';
import { corsOptions } from './platform/http/cors';
import { FastExpressAdapter } from './platform/http/fast-express.adapter';
import { requireHost } from './platform/http/host-header';
import { createDocument, serveDocument } from './platform/http/openapi';
import { servePage } from './platform/http/page';
import { serveProbesOnly } from './platform/http/probes';
import { logRequests } from './platform/http/request-log';
import { securityHeaders } from './platform/http/security-headers';
import type { Extension } from './plugin-api/extension';
import { ProcessorRegistry } from './processing/processor-registry';

/** What `web/` is built to. */
const PAGE_DIRECTORY = join(__dirname, '..', 'web', 'dist');
const JSON_LIMIT = '100kb';
/** Where passwords come in: one that is far too long is a field to correct, like one that is a little too long. */
const PASSWORD_PATHS: ReadonlySet<string | undefined> = new Set([
  '/users/register',
  '/users/me',
  '/users/me/password',
  '/auth/login',
  '/auth/cookie/login',
]);
const PASSWORD_JSON_LIMIT = '2mb';

/** What an application is to be created with. */
export const APP_OPTIONS = { bodyParser: false, logger: false, abortOnError: false } as const;

/**
 * The service, ready to listen.
 *
 * @throws StartupError when the environment or the database cannot be used; its message says what to do
 */
export async function createApp(
  environment: Environment,
  extensions: readonly Extension[] = [],
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.with(environment, extensions),
    new FastExpressAdapter(),
    APP_OPTIONS,
  );
  return configureApp(app);
}

/** Adds to an application what its modules do not bring: parsers, documentation, shutdown. */
export async function configureApp(app: NestExpressApplication): Promise<NestExpressApplication> {
  const { TRUST_PROXY, CORS_ORIGINS, ROLE } = app.get(Settings);
  const logger = app.get(AppLogger);
  app.useLogger(logger);
  app.set('env', 'production'); // Express itself must never show a stack
  app.disable('x-powered-by');
  app.disable('etag'); // routes whose answers are worth one set their own
  app.set('trust proxy', TRUST_PROXY);
  app.use(logRequests(logger.pino), securityHeaders(), requireHost);
  app.use(ROLE === 'worker' ? serveProbesOnly : servePage(PAGE_DIRECTORY));
  if (CORS_ORIGINS.length > 0) app.enableCors(corsOptions(CORS_ORIGINS));
  app.useBodyParser('json', { limit: PASSWORD_JSON_LIMIT, type: bringsPassword });
  app.useBodyParser('json', { limit: JSON_LIMIT });
  serveDocument(app, () => describeApp(app));
  // Exit code 0 after a clean shutdown: by default the process would end by the signal that it was sent.
  app.enableShutdownHooks([], { useProcessExit: true });
  await app.init();
  return app;
}

function bringsPassword({ url, headers }: IncomingMessage): boolean {
  return PASSWORD_PATHS.has(url) && /^application\/json\b/i.test(headers['content-type'] ?? '');
}

/** Version and routes of an initialised application as an OpenAPI document. */
export function describeApp(app: INestApplication): OpenAPIObject {
  const manifest = readFileSync(join(__dirname, '..', 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const processors = app.get(ProcessorRegistry).all;
  const results = Object.fromEntries(processors.map(({ name, result }) => [name, result]));
  const options = processors.flatMap((processor) => processor.options ?? []);
  return createDocument(app, { version, results, options });
}
