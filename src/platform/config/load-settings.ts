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

type SettingsClass<T extends object = object> = new () => T;

/** The settings of the service and of its extensions, by their classes. */
export type LoadedSettings = ReadonlyMap<SettingsClass, object>;

/**
 * The settings of the service. Unknown variables are ignored, empty ones count as unset.
 *
 * @throws {@link InvalidSettings}
 */
export function loadSettings(environment: Environment): Settings {
  return loadAllSettings(environment).get(Settings) as Settings;
}

/**
 * The settings of the service, and those that extensions declare.
 *
 * @throws {@link InvalidSettings}
 */
export function loadAllSettings(
  environment: Environment,
  ofExtensions: readonly SettingsClass[] = [],
): LoadedSettings {
  const loaded = [Settings, ...ofExtensions].map((type) => [type, read(type, environment)] as const);
  const problems = loaded.flatMap(([, settings]) => [
    ...validateSync(settings).map(describe),
    ...(settings instanceof Settings
      ? [
          ...exposure(settings),
          ...sharedRows(settings),
          ...foreignTokens(settings),
          ...storageAccount(settings),
          ...sharedDatabase(settings),
          ...sender(settings),
        ]
      : []),
  ]);
  if (problems.length > 0) throw new InvalidSettings(problems);
  return new Map(loaded.map(([type, settings]) => [type, Object.freeze(settings)]));
}

function read<T extends object>(type: SettingsClass<T>, environment: Environment): T {
  const known = Object.keys(new type());
  const given = Object.fromEntries(
    known.map((name) => [name, environment[name]]).filter(([, value]) => value !== undefined && value !== ''),
  );
  return plainToInstance(type, given, { exposeDefaultValues: true });
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
  const shown = isSecret(property) ? 'not shown here' : JSON.stringify(value);
  return `${property} is ${shown}: ${rules}. Correct it, or unset it for the default.`;
}

/** The URLs have passwords in them. */
function isSecret(property: string): boolean {
  return /SECRET|_TOKEN$|^(SMTP|DATABASE|REDIS)_URL$/.test(property);
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether only this machine reaches what listens there. */
export function isLoopback(host: string): boolean {
  if (isIPv4(host)) return loopback.check(host, 'ipv4');
  if (isIPv6(host)) return loopback.check(host, 'ipv6');
  return host === 'localhost';
}

function exposure({ HOST, ALLOW_OPEN, AUTH_REQUIRED, ROLE }: Settings): string[] {
  if (isLoopback(HOST) || ALLOW_OPEN || AUTH_REQUIRED || ROLE === 'worker') return [];
  return [
    `HOST is ${JSON.stringify(HOST)}, which other machines can reach, and callers need no credentials. ` +
      'Set AUTH_REQUIRED=true to serve only callers with an account, HOST=127.0.0.1 to serve this machine, ' +
      'or ALLOW_OPEN=true if everyone may upload and read.',
  ];
}

/** SQLite belongs to one process: others would not hear of what it does until they look. */
function sharedRows({ ROLE, DATABASE_URL }: Settings): string[] {
  if (ROLE === 'all' || DATABASE_URL !== '') return [];
  return [
    `ROLE is ${JSON.stringify(ROLE)}, which needs other processes beside this one, and they share no database. ` +
      'Set DATABASE_URL to a PostgreSQL database that all of them use, or unset ROLE.',
  ];
}

function storageAccount({ S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY }: Settings): string[] {
  if ((S3_ACCESS_KEY_ID === '') === (S3_SECRET_ACCESS_KEY === '')) return [];
  return ['S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY go together: set the other too, or none.'];
}

/** Instances that share what is in Redis have to share the rows too. */
function sharedDatabase({ DATABASE_URL, REDIS_URL }: Settings): string[] {
  if (REDIS_URL === '' || DATABASE_URL !== '') return [];
  return [
    'REDIS_URL needs DATABASE_URL: set it to the PostgreSQL database that the instances share, or unset REDIS_URL.',
  ];
}

/** Without an audience, tokens that the issuer made for any other service would be good here. */
function foreignTokens({ OIDC_ISSUER, OIDC_AUDIENCE }: Settings): string[] {
  if (OIDC_ISSUER === '' || OIDC_AUDIENCE !== '') return [];
  return [
    'OIDC_AUDIENCE is missing: set it to what `aud` is in the tokens that OIDC_ISSUER makes for this service.',
  ];
}

/** A server takes mails from an address that exists. */
function sender({ SMTP_URL, MAIL_FROM }: Settings): string[] {
  if (SMTP_URL === '' || MAIL_FROM !== '') return [];
  return ['MAIL_FROM is missing: set it to the address that mails of SMTP_URL come from.'];
}
