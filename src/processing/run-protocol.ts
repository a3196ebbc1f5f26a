import type { MessagePort } from 'node:worker_threads';
import type { ProblemDocument } from '../platform/http/problem';
import type { ProcessorInput } from '../plugin-api/processor';

/** What a processor is told about its file. */
export type ProcessorFile = Omit<ProcessorInput, 'progress' | 'artifact'>;

/** How a run is led from outside. */
export interface RunOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (fraction: number) => void;
  /** Stores an artifact; what it throws becomes an error in the processor. */
  readonly onArtifact: (
    name: string,
    contentType: string,
    content: AsyncIterable<Uint8Array>,
  ) => Promise<void>;
}

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

/** Opens an artifact: its bytes come through `port`, each chunk after the one before was taken. */
export interface ArtifactMessage {
  readonly runId: number;
  readonly name: string;
  readonly contentType: string;
  readonly port: MessagePort;
}

export type ThreadMessage = ProgressMessage | ArtifactMessage;

/** From the thread: the next bytes, or null at the end. */
export type ArtifactChunk = Uint8Array | null;

/** To the thread, for each chunk: go on. For the end: it is stored. A string says why it could not be. */
export type ArtifactReply = true | string;
