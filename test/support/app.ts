import { Test } from '@nestjs/testing';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { APP_OPTIONS, configureApp } from '@app/app';
import { AppModule } from '@app/app.module';
import { Clock } from '@app/platform/clock/clock';
import type { Environment } from '@app/platform/config/load-settings';
import { FastExpressAdapter } from '@app/platform/http/fast-express.adapter';
import type { Extension } from '@app/plugin-api/extension';
import type { Processor } from '@app/plugin-api/processor';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Backing } from './backing';
import { watchStore } from './stored-files';

export interface TestAppOptions {
  /** Settings other than the defaults. */
  readonly environment?: Environment;
  /** The system's clock when left out. */
  readonly clock?: Clock;
  readonly processors?: readonly Processor[];
  readonly extensions?: readonly Extension[];
  /** A data directory to go on with; it is not removed. */
  readonly dataDir?: string;
  /** One that the system chooses when left out. */
  readonly port?: number;
}

export interface TestApp {
  readonly app: NestExpressApplication;
  /** Without a slash at the end. */
  readonly url: string;
  readonly dataDir: string;
  /** Shuts the service down as SIGTERM does. */
  close(): Promise<void>;
}

/** The service on a port of its own with a data directory of its own. */
export async function startApp({
  environment,
  clock,
  processors = [],
  extensions = [],
  dataDir,
  port = 0,
}: TestAppOptions = {}): Promise<TestApp> {
  const directory = dataDir ?? mkdtempSync(join(tmpdir(), 'filemill-e2e-'));
  const whole = {
    LOG_LEVEL: 'silent',
    RATE_LIMITS: 'off',
    PROCESSING_CONCURRENCY: '2',
    DATA_DIR: directory,
    ...(environment?.DATABASE_URL === undefined && (await Backing.of(directory)).environment),
    ...environment,
  };
  const all = processors.length > 0 ? [...extensions, extensionOf(processors)] : extensions;
  const builder = Test.createTestingModule({ imports: [AppModule.with(whole, all)] });
  if (clock) builder.overrideProvider(Clock).useValue(clock);
  const module = await builder.compile();
  watchStore(module);
  const app = module.createNestApplication<NestExpressApplication>(new FastExpressAdapter(), APP_OPTIONS);
  const close = async () => {
    await app.close();
    if (dataDir !== undefined) return;
    await Backing.remove(directory);
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await configureApp(app);
    await app.listen(port, '127.0.0.1');
    // Client and server share an event loop: a connection that both find idle at once would be a lost request.
    app.getHttpServer().keepAliveTimeout = 0;
  } catch (error) {
    await close();
    throw error;
  }
  return { app, url: await app.getUrl(), dataDir: directory, close };
}

/** Installs processors as an extension does: as providers of its module. */
function extensionOf(processors: readonly Processor[]): Extension {
  const providers = processors.map((processor) => ({ provide: processor.name, useValue: processor }));
  return { name: 'for-tests', module: { module: class TestProcessorsModule {}, providers } };
}
