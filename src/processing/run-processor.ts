import type { ProcessorInput } from '../plugin-api/processor';

const ARTIFACT_NAME = /^[a-z0-9][a-z0-9.-]{0,99}$/;

/**
 * Runs a processor's function, wherever it runs: watches over the names of artifacts, waits for those that
 * the function did not wait for, and takes the time.
 *
 * @returns the result, with `processing_time`
 */
export async function runProcessor<Input extends ProcessorInput>(
  run: (input: Input) => object | Promise<object>,
  input: Input,
): Promise<object> {
  const names = new Set<string>();
  const artifacts: Promise<void>[] = [];
  const artifact: ProcessorInput['artifact'] = async (name, contentType, content) => {
    if (!ARTIFACT_NAME.test(name)) throw new Error(`'${name}' is no name for an artifact.`);
    if (names.has(name)) throw new Error(`The artifact '${name}' was added twice.`);
    names.add(name);
    const sent = input.artifact(name, contentType, content);
    artifacts.push(sent);
    await sent;
  };
  const startedAt = performance.now();
  try {
    const result = await run({ ...input, artifact });
    await Promise.all(artifacts);
    return { ...result, processing_time: seconds(performance.now() - startedAt) };
  } catch (error) {
    await Promise.allSettled(artifacts);
    throw error;
  }
}

/** To the microsecond. */
function seconds(ms: number): number {
  return Math.round(ms * 1000) / 1_000_000;
}
