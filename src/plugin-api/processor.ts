/** A kind of file that a processor takes. */
export interface AcceptedType {
  /** Lower case, with the dot: `.txt`. */
  readonly extension: string;
  /** What the file is stored and served as: `text/plain`. */
  readonly mediaType: string;
  /**
   * What the content must be: `'text'` in whatever encoding, or the media types of the signatures that it
   * may begin with.
   */
  readonly content: 'text' | readonly string[];
}

/** What a processor is handed. The file is immutable and stays in place until the run has ended. */
export interface ProcessorInput<Options extends object = object> {
  /** A local file. Read it as a stream: it may be larger than memory. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly filename: string;
  readonly contentType: string;
  /** What the caller asked for: the members of the processor's options class, validated, defaults filled in. */
  readonly options: Options;
  /** Reports the fraction done, 0 to 1, as often as is convenient; the caller throttles. */
  readonly progress: (fraction: number) => void;
  /**
   * Adds a derived file to the job. Resolves when it is stored; a slow store slows an iterable source.
   *
   * @param name - unique within the run, of `[a-z0-9.-]`: `thumbnail.webp`
   * @throws Error on a name that is malformed or taken
   */
  readonly artifact: (name: string, contentType: string, content: ArtifactContent) => Promise<void>;
}

/** Bytes at once, or one after the other. */
export type ArtifactContent = Uint8Array | AsyncIterable<Uint8Array>;

/**
 * The work itself: one file in, a JSON-serialisable result out. It runs in a worker thread, which is
 * ended when the time or memory limit is passed or the job is cancelled, so it may block and needs no
 * clean-up of its own. A `DomainError` fails the job for good; anything else is tried again.
 */
export type ProcessorFunction<Result extends object = object, Options extends object = object> = (
  input: ProcessorInput<Options>,
) => Result | Promise<Result>;

/**
 * Describes a processor. Every provider that extends {@link WorkerProcessor} or {@link InProcessProcessor}
 * is found at start-up and installed; a name that is taken or malformed stops the start.
 */
export abstract class Processor {
  /** Unique, a lower-case word; callers ask for it by this name. */
  abstract readonly name: string;
  /** One line for people. */
  abstract readonly description: string;
  abstract readonly accepts: readonly AcceptedType[];
  /**
   * Class of the result, documented with `@ApiProperty` for the OpenAPI document. Its `processor` holds the
   * name; its `processing_time`, in seconds, is filled in by the service.
   */
  abstract readonly result: new () => object;
  /**
   * Class of what callers may ask for, its members optional, with the rules of class-validator and their
   * defaults; none when the processor takes no options.
   */
  readonly options?: new () => object;
  /**
   * Whether it is chosen for the files it accepts when the caller names no processor, before those that come
   * with the service. Otherwise it has to be asked for, unless nothing else takes the file.
   */
  readonly byDefault: boolean = true;
}

/** Runs in a worker thread: the right kind for whatever needs the processor for more than a moment. */
export abstract class WorkerProcessor extends Processor {
  /** Absolute path of a CommonJS module whose `run` export is the {@link ProcessorFunction}. */
  abstract readonly worker: string;
}

/** What an {@link InProcessProcessor} is handed. */
export interface InProcessInput<Options extends object = object> extends ProcessorInput<Options> {
  /** Aborted when the job is cancelled, out of time, or to be put back at shutdown: stop soon. */
  readonly signal: AbortSignal;
}

/**
 * Runs in the process of the service, as an injectable class: the right kind for what waits for others, such
 * as a call to a model or a scanner. It must not block the event loop. The job does not wait for a run that
 * ignores its signal; memory is not limited.
 */
export abstract class InProcessProcessor<
  Result extends object = object,
  Options extends object = object,
> extends Processor {
  /** A `DomainError` fails the job for good; anything else is tried again. */
  abstract run(input: InProcessInput<Options>): Result | Promise<Result>;
}

export { DomainError, Problem } from '../platform/errors/domain-error';
export { TextTally } from './text-tally';
export { detectEncoding, TEXT_ENCODINGS, type TextEncoding } from './text-encoding';
export { InvalidText, UnsupportedEncoding } from './text-encoding.errors';
