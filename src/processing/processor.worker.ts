import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { DomainError } from '../platform/errors/domain-error';
import { toProblem } from '../platform/http/problem';
import type { ProcessorFunction, ProcessorInput } from '../plugin-api/processor';
import { sendArtifact } from './artifact-channel';
import type { ProgressMessage, RunReport, RunRequest } from './run-protocol';

const ARTIFACT_NAME = /^[a-z0-9][a-z0-9.-]{0,99}$/;

/** Nicer than the thread that answers requests: on Linux a priority is that of the calling thread alone. */
const NICENESS = 10;

try {
  if (process.platform === 'linux') setPriority(NICENESS);
} catch {
  // A sandbox may forbid it; everything works without.
}

/** What runs in a worker thread: one processor on one file. */
export default async function runProcessor({ runId, worker, input }: RunRequest): Promise<RunReport> {
  const { run } = (await import(worker)) as { run: ProcessorFunction };
  const names = new Set<string>();
  const artifacts: Promise<void>[] = [];
  const progress: ProcessorInput['progress'] = (fraction) => {
    parentPort?.postMessage({ runId, progress: fraction } satisfies ProgressMessage);
  };
  const artifact: ProcessorInput['artifact'] = async (name, contentType, content) => {
    if (!ARTIFACT_NAME.test(name)) throw new Error(`'${name}' is no name for an artifact.`);
    if (names.has(name)) throw new Error(`The artifact '${name}' was added twice.`);
    names.add(name);
    const sent = sendArtifact({ runId, name, contentType }, content);
    artifacts.push(sent);
    await sent;
  };
  const startedAt = performance.now();
  try {
    const result = await run({ ...input, progress, artifact });
    await Promise.all(artifacts); // a processor may leave the waiting to us
    return { result: { ...result, processing_time: seconds(performance.now() - startedAt) } };
  } catch (error) {
    await Promise.allSettled(artifacts);
    if (error instanceof DomainError) return { problem: toProblem(error) };
    throw error;
  }
}

/** To the microsecond. */
function seconds(ms: number): number {
  return Math.round(ms * 1000) / 1_000_000;
}
