/** The service as a package: run it, or make it part of a program of your own. */
export { createApp } from './app';
export { AppModule } from './app.module';
export { migrate, migrateToPostgres, sweep } from './maintenance';
export { loadSettings, readEnvironment, type Environment } from './platform/config/load-settings';
export { Settings } from './platform/config/settings';
export { StartupError } from './platform/errors/startup-error';
export { type Extension } from './plugin-api/extension';
export { start } from './start';
