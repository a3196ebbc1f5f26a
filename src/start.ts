import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { createApp } from './app';
import { readEnvironment } from './platform/config/load-settings';
import { Settings } from './platform/config/settings';
import { StartupError } from './platform/errors/startup-error';
import type { Extension } from './plugin-api/extension';
import { runProgram } from './program';

/**
 * Runs the service, with extensions, until the process is told to stop. What keeps it from starting is
 * written to standard error, and ends the process with exit code 1.
 */
export function start(extensions: readonly Extension[] = []): Promise<void> {
  return runProgram(() => listen(extensions));
}

async function listen(extensions: readonly Extension[]): Promise<void> {
  const app = await createApp(readEnvironment(), extensions);
  const { PORT, HOST } = app.get(Settings);
  await app.listen(PORT, HOST).catch((error: Error) => {
    const remedy = 'Set another PORT or HOST, or stop what listens there.';
    throw new StartupError(`Cannot listen: ${error.message}. ${remedy}`, { cause: error });
  });
  const url = await app.getUrl();
  new Logger('Filemill').log(`Filemill is listening on ${url}, try it out at ${url}/docs`);
}
