import type { ProblemDocument } from '../platform/http/problem';
import type { ProcessorInput } from '../plugin-api/processor';

/** A processor's input as it travels to a thread; the thread adds what cannot. */
export type ProcessorFile = Omit<ProcessorInput, 'progress'>;

/** What the pool sends to a thread. */
export interface RunRequest {
  readonly runId: number;
  /** Module of the processor. */
  readonly worker: string;
  readonly input: ProcessorFile;
}

/** What a thread sends back; anything it throws is a fault instead. */
export type RunReport = { readonly result: object } | { readonly problem: ProblemDocument };

export interface ProgressMessage {
  readonly runId: number;
  readonly progress: number;
}
