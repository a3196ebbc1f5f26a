import { writeSync } from 'node:fs';

/** Past Jest's console, which would add where it was called. */
export function report(line: string): void {
  writeSync(process.stdout.fd, `${line}\n`);
}
