import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { createApp } from './app';
import { loadSettings, readEnvironment } from './platform/config/load-settings';
import { StartupError } from './platform/errors/startup-error';

async function main(): Promise<void> {
  const settings = loadSettings(readEnvironment());
  const app = await createApp(settings);
  await app.listen(settings.PORT, settings.HOST).catch((error: Error) => {
    const remedy = 'Set another PORT or HOST, or stop what listens there.';
    throw new StartupError(`Cannot listen: ${error.message}. ${remedy}`, { cause: error });
  });
  const url = await app.getUrl();
  new Logger('Filemill').log(`Filemill is listening on ${url}, try it out at ${url}/docs`);
}

main().catch((error: unknown) => {
  console.error(error instanceof StartupError ? error.message : error);
  process.exit(1);
});
