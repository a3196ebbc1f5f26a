import { StartupError } from './platform/errors/startup-error';

/** Runs a program. What keeps it from its work is written to standard error, and ends the process with exit code 1. */
export async function runProgram(work: () => Promise<void>): Promise<void> {
  process.umask(0o077); // what the service writes is for its own account alone, the database with all names among it
  try {
    await work();
  } catch (error) {
    console.error(error instanceof StartupError ? error.message : error);
    process.exit(1);
  }
}
