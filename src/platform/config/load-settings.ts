import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { parse } from 'dotenv';
import { readFileSync } from 'node:fs';
import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { StartupError } from '../errors/startup-error';
import { Settings } from './settings';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The settings cannot be used; the message names each variable, quotes its value and says what to do. */
export class InvalidSettings extends StartupError {
  constructor(problems: readonly string[]) {
    super(`The configuration cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/**
 * The one reader of the environment. Unknown variables are ignored, empty ones count as unset.
 *
 * @throws {@link InvalidSettings}
 */
export function loadSettings(environment: Environment): Settings {
  const known = Object.keys(new Settings());
  const given = Object.fromEntries(
    known.map((name) => [name, environment[name]]).filter(([, value]) => value !== undefined && value !== ''),
  );
  const settings = plainToInstance(Settings, given, { exposeDefaultValues: true });
  const problems = [...validateSync(settings).map(describe), ...exposure(settings)];
  if (problems.length > 0) throw new InvalidSettings(problems);
  return Object.freeze(settings);
}

/** The process's environment, over what an `.env` file in the working directory says. */
export function readEnvironment(file = '.env'): Environment {
  return { ...readEnvFile(file), ...process.env }; // oxlint-disable-line no-process-env -- the one reader
}

function readEnvFile(file: string): Environment {
  try {
    return parse(readFileSync(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new InvalidSettings([`${file} cannot be read: ${(error as Error).message}`]);
  }
}

function describe({ property, value, constraints }: ValidationError): string {
  const rules = Object.values(constraints ?? {}).join(', and ');
  return `${property} is ${JSON.stringify(value)}: ${rules}. Correct it, or unset it for the default.`;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

function isLoopback(host: string): boolean {
  if (isIPv4(host)) return loopback.check(host, 'ipv4');
  if (isIPv6(host)) return loopback.check(host, 'ipv6');
  return host === 'localhost';
}

function exposure({ HOST, ALLOW_OPEN }: Settings): string[] {
  if (isLoopback(HOST) || ALLOW_OPEN) return [];
  return [
    `HOST is ${JSON.stringify(HOST)}, which other machines can reach, and callers need no credentials. ` +
      'Set HOST=127.0.0.1 (and put a proxy that authenticates in front), or ALLOW_OPEN=true if everyone may upload and read.',
  ];
}
