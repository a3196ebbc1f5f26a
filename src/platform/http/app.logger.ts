import { Injectable } from '@nestjs/common';
import { Logger } from 'nestjs-pino';

/** What Nest tells about its own start: of interest when something is wrong with it. */
const FRAMEWORK = new Set<unknown>([
  'NestFactory',
  'NestApplication',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
]);

/** The log of the service, with the framework's own news at the level `debug`. */
@Injectable()
export class AppLogger extends Logger {
  override log(message: unknown, ...rest: unknown[]): void {
    if (FRAMEWORK.has(rest.at(-1))) super.debug(message, ...rest);
    else super.log(message, ...rest);
  }
}
