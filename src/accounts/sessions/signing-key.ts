import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../../platform/config/settings';
import { StartupError } from '../../platform/errors/startup-error';
import { ensureDirectory } from '../../platform/storage/directory';

const FILE = 'jwt.secret';

/**
 * The key of access tokens: JWT_SECRET, or the one in DATA_DIR, made at the first start and readable by
 * nobody else.
 *
 * @throws StartupError
 */
export function loadSigningKey({ JWT_SECRET, DATA_DIR }: Settings): Uint8Array {
  if (JWT_SECRET !== '') return Buffer.from(JWT_SECRET);
  const file = join(DATA_DIR, FILE);
  ensureDirectory(DATA_DIR);
  try {
    const key = read(file) ?? make(file);
    if (key.length >= 32) return key;
  } catch (error) {
    throw new StartupError(
      `The key ${file} cannot be used: ${(error as Error).message}. Mend it, or set JWT_SECRET.`,
      { cause: error },
    );
  }
  throw new StartupError(
    `The key ${file} is cut short. Delete it for a new one (all sessions end), or set JWT_SECRET.`,
  );
}

function read(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Appears whole or not at all; of two processes that make one, both use that of the first. */
function make(file: string): Buffer {
  const unfinished = `${file}.${process.pid}`;
  const handle = openSync(unfinished, 'w', 0o600);
  try {
    writeSync(handle, randomBytes(48).toString('base64url'));
    fsyncSync(handle);
    linkSync(unfinished, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    closeSync(handle);
    rmSync(unfinished, { force: true });
  }
  return readFileSync(file);
}
