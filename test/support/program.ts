import { execFile } from 'node:child_process';
import { join } from 'node:path';

export interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Runs a program of the built service, such as `migrate`, with nothing in its environment but what is given. */
export function runProgram(name: string, environment: Readonly<Record<string, string>>): Promise<Ended> {
  const file = join(__dirname, '..', '..', 'dist', `${name}.js`);
  const env = { PATH: process.env.PATH, LOG_LEVEL: 'error', ...environment };
  return new Promise((resolve) =>
    execFile(process.execPath, [file], { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr }),
    ),
  );
}
