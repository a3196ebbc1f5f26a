import { ValidationFailed } from '../platform/http/http.errors';
import { validated } from '../platform/http/validation.pipe';
import type { Processor } from '../plugin-api/processor';
import { ProcessorNotApplicable } from './jobs.errors';

/** How a caller wants a file to be processed. */
export interface ProcessingWish {
  /** Name of the processor; the first that fits when left out. */
  readonly processor?: string;
  /** For the processor, as its options class says. */
  readonly options?: object;
}

/** How a job processes its file. */
export interface Assignment {
  /** Name of the processor. */
  readonly processor: string;
  /** Valid, with the defaults of today filled in. */
  readonly options: object;
}

/**
 * The processor asked for, or the first that fits.
 *
 * @throws ProcessorNotApplicable · ValidationFailed when the options are not those of the processor
 */
export function chooseProcessor(
  { processor: asked, options }: ProcessingWish,
  filename: string,
  fitting: readonly Processor[],
): Assignment {
  const chosen = asked ? fitting.find(({ name }) => name === asked) : fitting.at(0);
  if (!chosen) {
    const names = fitting.map(({ name }) => name);
    throw new ProcessorNotApplicable(asked, filename, names);
  }
  return { processor: chosen.name, options: validOptions(chosen, options ?? {}) };
}

function validOptions({ name, options: Options }: Processor, given: object): object {
  if (Options) return validated(Options, given, 'options.');
  const strangers = Object.keys(given);
  if (strangers.length === 0) return {};
  throw new ValidationFailed(
    strangers.map((key) => ({ field: `options.${key}`, message: `'${name}' takes no options` })),
  );
}
