import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ArtifactContent, ProcessorFunction } from './processor';

export interface HarnessRun<Result extends object> {
  readonly result: Result;
  readonly artifacts: ReadonlyMap<string, { readonly contentType: string; readonly bytes: Buffer }>;
  /** Every fraction that was reported, in order. */
  readonly progress: readonly number[];
}

/** Runs a processor on a file in this thread, as its worker would: for tests. */
export async function runOnFile<Result extends object, Options extends object>(
  run: ProcessorFunction<Result, Options>,
  path: string,
  { filename = basename(path), contentType = 'application/octet-stream', options = {} } = {},
): Promise<HarnessRun<Result>> {
  const artifacts = new Map<string, { contentType: string; bytes: Buffer }>();
  const progress: number[] = [];
  const result = await run({
    path,
    filename,
    contentType,
    options: options as Options,
    sizeBytes: (await stat(path)).size,
    progress: (fraction) => progress.push(fraction),
    artifact: async (name, type, content) => {
      if (!/^[a-z0-9][a-z0-9.-]*$/.test(name)) throw new Error(`'${name}' is no name for an artifact.`);
      if (artifacts.has(name)) throw new Error(`The artifact '${name}' was added twice.`);
      artifacts.set(name, { contentType: type, bytes: await collect(content) });
    },
  });
  return { result, artifacts, progress };
}

async function collect(content: ArtifactContent): Promise<Buffer> {
  if (content instanceof Uint8Array) return Buffer.from(content);
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}
