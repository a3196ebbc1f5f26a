import { mkdirSync } from 'node:fs';
import { StartupError } from '../errors/startup-error';

/** Makes a directory for the service alone, unless it is there. @throws StartupError */
export function ensureDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StartupError(
      `The directory ${path} cannot be made: ${(error as Error).message}. Set DATA_DIR to one that can be written.`,
      { cause: error },
    );
  }
}
