/** A derived file of a completed job. */
export interface Artifact {
  /** Unique within the job, of `[a-z0-9.-]`. */
  readonly name: string;
  readonly contentType: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly blobKey: string;
}

/** What a processor made of a file. */
export interface Outcome {
  readonly result: object;
  readonly artifacts: readonly Artifact[];
}

/** First part of the keys of artifacts. */
export const ARTIFACTS = 'artifacts';

const ID_LENGTH = 36;

/** Made from the start of the job that writes it: another start never touches the same blob. */
export function artifactKey(jobId: string, attempt: number, name: string): string {
  return `${ARTIFACTS}/${jobId.slice(0, 7)}/${jobId}-${attempt}-${name}`;
}

/** The job whose artifact has this key. */
export function jobIdOf(key: string): string {
  const file = key.slice(key.lastIndexOf('/') + 1);
  return file.slice(0, ID_LENGTH);
}
