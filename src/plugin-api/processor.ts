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
export interface ProcessorInput {
  /** A local file. Read it as a stream: it may be larger than memory. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly filename: string;
  readonly contentType: string;
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
export type ProcessorFunction<Result extends object = object> = (
  input: ProcessorInput,
) => Result | Promise<Result>;

/** Describes a processor to the registry. Plain data: safe to load on the main thread. */
export interface Processor {
  /** Unique, a lower-case word; callers ask for it by this name. */
  readonly name: string;
  /** One line for people. */
  readonly description: string;
  readonly accepts: readonly AcceptedType[];
  /** Class of the result, documented with `@ApiProperty` for the OpenAPI document. */
  readonly result: new () => object;
  /** Absolute path of a CommonJS module whose `run` export is the {@link ProcessorFunction}. */
  readonly worker: string;
}
