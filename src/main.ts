import 'reflect-metadata';
import { createApp } from './app';
import { InvalidSettings, loadSettings, readEnvironment } from './platform/config/load-settings';

async function main(): Promise<void> {
  const settings = loadSettings(readEnvironment());
  const app = await createApp(settings);
  await app.listen(settings.PORT, settings.HOST);
  const url = await app.getUrl();
  console.log(`Filemill is listening on ${url}, documentation at ${url}/docs`);
}

main().catch((error: unknown) => {
  const cause = error as NodeJS.ErrnoException;
  if (cause.code === 'EADDRINUSE')
    console.error(`${cause.message}. Stop what listens there, or set another PORT.`);
  else console.error(error instanceof InvalidSettings ? error.message : error);
  process.exit(1);
});
