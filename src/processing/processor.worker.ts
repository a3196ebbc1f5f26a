import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { DomainError } from '../platform/errors/domain-error';
import { toProblem } from '../platform/http/problem';
import type { ProcessorFunction } from '../plugin-api/processor';
import { sendArtifact } from './artifact-channel';
import { runProcessor } from './run-processor';
import type { ProgressMessage, RunReport, RunRequest } from './run-protocol';

/** Nicer than the thread that answers requests: on Linux a priority is that of the calling thread alone. */
const NICENESS = 10;

try {
  if (process.platform === 'linux') setPriority(NICENESS);
} catch {
  // A sandbox may forbid it; everything works without.
}

/** What runs in a worker thread: one processor on one file. */
export default async function runInThread({ runId, worker, input }: RunRequest): Promise<RunReport> {
  const { run } = (await import(worker)) as { run: ProcessorFunction };
  try {
    const result = await runProcessor(run, {
      ...input,
      progress: (fraction) =>
        parentPort?.postMessage({ runId, progress: fraction } satisfies ProgressMessage),
      artifact: (name, contentType, content) => sendArtifact({ runId, name, contentType }, content),
    });
    return { result };
  } catch (error) {
    if (error instanceof DomainError) return { problem: toProblem(error) };
    throw error;
  }
}
