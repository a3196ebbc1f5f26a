import { Injectable, type LoggerService } from '@nestjs/common';
import { pino, type Level, type Logger } from 'pino';
import { Settings } from '../config/settings';

/** What Nest tells about its own start: of interest when something is wrong with it, so at the level `debug`. */
const FRAMEWORK = new Set<unknown>([
  'NestFactory',
  'NestApplication',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
]);

/** The log of the service: lines of JSON on standard output. Nest's `Logger` writes here. See docs/adr/0030-log.md. */
@Injectable()
export class AppLogger implements LoggerService {
  readonly pino: Logger;

  constructor({ LOG_LEVEL }: Settings) {
    this.pino = pino({ level: LOG_LEVEL });
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write(FRAMEWORK.has(rest.at(-1)) ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** @param rest - as Nest's `Logger` passes it: details, such as a stack, and at last where the message comes from */
  private write(level: Level, message: unknown, rest: readonly unknown[]): void {
    const context = rest.at(-1);
    const details = rest.slice(0, -1).filter((detail) => detail !== undefined);
    const line = details.length > 0 ? { context, details } : { context };
    if (message instanceof Error) this.pino[level]({ ...line, err: message });
    else if (typeof message === 'string') this.pino[level](line, message);
    else this.pino[level]({ ...line, ...(message as object) });
  }
}
