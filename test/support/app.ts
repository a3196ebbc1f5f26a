import { Test } from '@nestjs/testing';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { APP_OPTIONS, configureApp } from '@app/app';
import { AppModule } from '@app/app.module';
import { Clock } from '@app/platform/clock/clock';
import { loadSettings, type Environment } from '@app/platform/config/load-settings';
import { FastExpressAdapter } from '@app/platform/http/fast-express.adapter';
import { ProcessorRegistry } from '@app/processing/processor-registry';
import type { Processor } from '@app/plugin-api/processor';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestAppOptions {
  /** Settings other than the defaults. */
  readonly environment?: Environment;
  /** The system's clock when left out. */
  readonly clock?: Clock;
  readonly processors?: readonly Processor[];
  /** A data directory to go on with; it is not removed. */
  readonly dataDir?: string;
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
  dataDir,
}: TestAppOptions = {}): Promise<TestApp> {
  const directory = dataDir ?? mkdtempSync(join(tmpdir(), 'filemill-e2e-'));
  const settings = loadSettings({
    LOG_LEVEL: 'silent',
    PROCESSING_CONCURRENCY: '2',
    DATA_DIR: directory,
    ...environment,
  });
  const builder = Test.createTestingModule({ imports: [AppModule.with(settings)] });
  if (clock) builder.overrideProvider(Clock).useValue(clock);
  const module = await builder.compile();
  const app = module.createNestApplication<NestExpressApplication>(new FastExpressAdapter(), APP_OPTIONS);
  const close = async () => {
    await app.close();
    if (dataDir === undefined) rmSync(directory, { recursive: true, force: true });
  };
  try {
    for (const processor of processors) app.get(ProcessorRegistry).register(processor);
    await configureApp(app);
    await app.listen(0, '127.0.0.1');
  } catch (error) {
    await close();
    throw error;
  }
  return { app, url: await app.getUrl(), dataDir: directory, close };
}
