import assert from 'node:assert/strict';
import { open, readFile, stat } from 'node:fs/promises';
import { basename, isAbsolute } from 'node:path';
import { FileTypes, SNIFF_BYTES } from '../files/file-types';
import { Settings } from '../platform/config/settings';
import { DomainError, problemCatalog } from '../platform/errors/domain-error';
import {
  InProcessProcessor,
  WorkerProcessor,
  type Processor,
  type ProcessorFunction,
  type ProcessorInput,
} from '../plugin-api/processor';
import { runOnFile, type HarnessRun } from '../plugin-api/processor.harness';

/** A processor, and the files that show what it does. All paths are absolute. */
export interface ProcessorSubject {
  readonly processor: Processor;
  /** Files that it processes: small ones, of every type that it accepts. */
  readonly samples: readonly string[];
  /** Files of a type that it accepts, with content that it must reject. */
  readonly damaged: readonly string[];
  /** What the runs are asked for; the defaults when left out. */
  readonly options?: object;
}

/** Enters a test with any runner: `test` of node:test, `it` of Jest. */
export type EnterTest = (title: string, run: () => Promise<void>) => unknown;

/** What every processor has to keep. Its result class and its routes are for the tests of the whole service. */
export function processorContract(test: EnterTest, subject: ProcessorSubject): void {
  for (const { title, run } of processorChecks(subject)) test(`${subject.processor.name}: ${title}`, run);
}

/** The checks of {@link processorContract}, one by one. */
export function processorChecks(subject: ProcessorSubject): { title: string; run: () => Promise<void> }[] {
  const { processor, samples, damaged } = subject;
  const each = (files: readonly string[], check: (file: string) => Promise<void>) => async () => {
    assert.notEqual(files.length, 0, 'there are no files to show it');
    for (const file of files) await check(file);
  };
  return [
    { title: 'can be installed', run: () => canBeInstalled(processor) },
    {
      title: 'accepts its samples by name and content',
      run: each(samples, (file) => accepts(processor, file)),
    },
    { title: 'gives a result that JSON keeps', run: each(samples, (file) => givesResult(subject, file)) },
    { title: 'gives the same result again', run: each(samples, (file) => isRepeatable(subject, file)) },
    { title: 'leaves the file as it was', run: each(samples, (file) => leavesFile(subject, file)) },
    {
      title: 'reports progress that only rises, from 0 to 1',
      run: each(samples, (file) => rises(subject, file)),
    },
    {
      title: 'rejects damaged files for good, and says why',
      run: each(damaged, (file) => rejects(subject, file)),
    },
    { title: 'takes a missing file for a passing fault', run: () => needsFile(subject, samples[0]) },
    ...(processor instanceof InProcessProcessor
      ? [{ title: 'stops when it is told to', run: each(samples, (file) => stops(subject, processor, file)) }]
      : []),
  ];
}

async function canBeInstalled(processor: Processor): Promise<void> {
  const { name, description, result } = processor;
  assert.match(name, /^[a-z][a-z0-9-]*$/, 'its name is lower-case letters, digits and hyphens');
  assert.notEqual(description.trim(), '', 'it has a description');
  assert.equal(typeof result, 'function', 'its result is a class');
  typesOf(processor);
  assert.equal(typeof (await functionOf(processor)), 'function', 'it can be run');
}

async function accepts(processor: Processor, file: string): Promise<void> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SNIFF_BYTES), 0, SNIFF_BYTES, 0);
    await typesOf(processor).classify(basename(file), buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

async function givesResult(subject: ProcessorSubject, file: string): Promise<void> {
  const { result } = await runOn(subject, file);
  const { processor } = result as { processor?: unknown };
  assert.equal(processor, subject.processor.name, "its result's `processor` is its name");
  assert.deepEqual(JSON.parse(JSON.stringify(result)), { ...result }); // as the service stores it
}

async function isRepeatable(subject: ProcessorSubject, file: string): Promise<void> {
  const [first, second] = [await runOn(subject, file), await runOn(subject, file)];
  assert.deepEqual(second.result, first.result);
  assert.deepEqual([...second.artifacts.keys()], [...first.artifacts.keys()]);
}

async function leavesFile(subject: ProcessorSubject, file: string): Promise<void> {
  const [before, { mtimeMs }] = [await readFile(file), await stat(file)];
  await runOn(subject, file);
  assert.deepEqual(await readFile(file), before);
  assert.equal((await stat(file)).mtimeMs, mtimeMs);
}

async function rises(subject: ProcessorSubject, file: string): Promise<void> {
  const { progress } = await runOn(subject, file);
  assert.deepEqual(
    progress,
    progress.toSorted((a, b) => a - b),
    'progress never falls',
  );
  assert.ok(
    progress.every((fraction) => fraction >= 0 && fraction <= 1),
    'progress is between 0 and 1',
  );
}

async function rejects(subject: ProcessorSubject, file: string): Promise<void> {
  const error = await faultOf(subject, file);
  assert.ok(error instanceof DomainError, `${basename(file)}: expected a DomainError, got ${String(error)}`);
  assert.equal(error.isPassing, false, 'trying again does not help');
  assert.ok(
    problemCatalog().some(({ code }) => code === error.problem.code),
    'its code is in the catalog: import the errors beside the processor too',
  );
  assert.ok(!error.message.includes(file), 'the message names no path of the server');
}

async function needsFile(subject: ProcessorSubject, sample: string): Promise<void> {
  const error = await faultOf(subject, `${sample}.gone`);
  assert.notEqual(error, undefined, 'a file that is not there is no empty file');
  assert.ok(!(error instanceof DomainError) || error.isPassing, 'the owner is not blamed for a lost file');
}

async function stops(subject: ProcessorSubject, processor: InProcessProcessor, file: string): Promise<void> {
  const input = { ...inputOf(subject, file), signal: AbortSignal.abort(new Error('stopped')) };
  const run = Promise.resolve().then(() => processor.run(input));
  await assert.rejects(run, 'a run whose signal is aborted rejects');
}

/** What the processor threw; undefined when it did not. */
async function faultOf(subject: ProcessorSubject, file: string): Promise<unknown> {
  const run = await functionOf(subject.processor);
  const ended = Promise.resolve().then(() => run(inputOf(subject, file)));
  return ended.then(
    () => undefined,
    (error: unknown) => error,
  );
}

async function runOn({ processor, options }: ProcessorSubject, file: string): Promise<HarnessRun<object>> {
  return runOnFile(await functionOf(processor), file, { options: optionsOf(processor, options) });
}

function inputOf({ processor, options }: ProcessorSubject, file: string): ProcessorInput {
  return {
    path: file,
    filename: basename(file),
    contentType: 'application/octet-stream',
    sizeBytes: 1,
    options: optionsOf(processor, options),
    progress: () => {},
    artifact: () => Promise.resolve(),
  };
}

function optionsOf({ options: Options }: Processor, given: object = {}): object {
  return Options ? Object.assign(new Options(), given) : given;
}

async function functionOf(processor: Processor): Promise<ProcessorFunction> {
  if (processor instanceof InProcessProcessor) {
    const { signal } = new AbortController();
    return (input) => processor.run({ ...input, signal });
  }
  assert.ok(processor instanceof WorkerProcessor, 'it is a WorkerProcessor or an InProcessProcessor');
  assert.ok(isAbsolute(processor.worker), 'the path of its worker is absolute');
  return ((await import(processor.worker)) as { run: ProcessorFunction }).run;
}

function typesOf(processor: Processor): FileTypes {
  const types = new FileTypes(new Settings());
  types.accept(processor);
  return types;
}
