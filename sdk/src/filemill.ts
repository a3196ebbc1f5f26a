import { toFilemillError, WaitTimeoutError } from './errors.js';
import { type Config, createClient, createConfig } from './generated/client/index.js';
import { FilemillOperations, type Options } from './generated/sdk.gen.js';
import type {
  DownloadFileData,
  GetJobErrors,
  GetJobResponses,
  JobStatus,
  ListFilesData,
  ListJobsData,
  Problem,
  Result,
  StoredFile,
  UploadData,
} from './generated/types.gen.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
const PAUSE_GROWTH = 1.5;

/** Where the service is, and how to talk to it: any option of `fetch`, a `fetch` of your own, headers. */
export type FilemillOptions = Omit<Config, 'baseUrl' | 'responseStyle' | 'throwOnError' | 'parseAs'> & {
  /** Without a slash at the end. In a browser, `''` is where the page came from. */
  baseUrl: string;
};

/** A job that has come to its end: `status` tells which, and what there is. */
export type SettledJob =
  | (JobStatus & { status: 'completed'; result: Result; error: null })
  | (JobStatus & { status: 'failed'; result: null; error: Problem })
  | (JobStatus & { status: 'cancelled'; result: null; error: null });

export interface WaitOptions {
  /** Ends the wait, which then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Milliseconds after which the wait rejects with {@link WaitTimeoutError}; never when left out. */
  timeoutMs?: number;
  /** Milliseconds between the first two looks at the job, 100 when left out. Later pauses grow, to 2 s. */
  intervalMs?: number;
}

export type UploadOptions<ThrowOnError extends boolean = boolean> = Options<UploadData, ThrowOnError> & {
  /** Name of the file. A `File` has one of its own; a `Blob` needs this. */
  filename?: string;
};

/** What a look at a job showed: no job when it is as it was. */
interface JobLook {
  readonly job: JobStatus | undefined;
  readonly etag: string | null;
}

/**
 * Talks to one Filemill service. Every operation resolves to what the service answered and rejects with a
 * {@link FilemillError} when it answered with a problem, or with what `fetch` throws when it did not answer.
 */
export class Filemill extends FilemillOperations {
  constructor(options: FilemillOptions) {
    super({ client: createClient(createConfig({ ...options, throwOnError: true })) });
    this.client.interceptors.error.use((error, response: Response | undefined) =>
      response ? toFilemillError(error, response) : error,
    );
  }

  /** Hands in a file. Resolves as soon as file and job are durable; the job goes on in the background. */
  override upload<ThrowOnError extends boolean = true>({
    filename,
    ...options
  }: UploadOptions<ThrowOnError>) {
    const { body } = options;
    const file =
      filename === undefined ? body.file : new File([body.file], filename, { type: body.file.type });
    // Following redirects, Node.js would keep a copy of the whole file to send it again.
    return super.upload({ redirect: 'error', ...options, body: { ...body, file } });
  }

  /** Hands in a file and waits until its job has settled. */
  async uploadAndWait(options: UploadOptions<true> & WaitOptions): Promise<SettledJob> {
    const { timeoutMs, intervalMs, ...upload } = options;
    const { job_id } = await this.upload(upload);
    return this.waitForJob(job_id, { signal: options.signal, timeoutMs, intervalMs });
  }

  /** Downloads an original, whatever its type, as a `Blob`. */
  override downloadFile<ThrowOnError extends boolean = true>(
    options: Options<DownloadFileData, ThrowOnError>,
  ) {
    return super.downloadFile({ parseAs: 'blob', ...options });
  }

  /** All jobs that the filter lets through, newest first, fetched page by page as they are asked for. */
  eachJob(query?: ListJobsData['query']): AsyncGenerator<JobStatus, void> {
    return this.each<JobStatus>('/jobs', query);
  }

  /** All files that the filter lets through, newest first, fetched page by page as they are asked for. */
  eachFile(query?: ListFilesData['query']): AsyncGenerator<StoredFile, void> {
    return this.each<StoredFile>('/files', query);
  }

  /**
   * Waits until a job is completed, failed or cancelled. Looks again and again, at growing intervals, and
   * transfers the job only when it has changed.
   *
   * @throws {@link FilemillError} · {@link WaitTimeoutError} · the reason of the signal
   */
  async waitForJob(jobId: string, { signal, timeoutMs, intervalMs }: WaitOptions = {}): Promise<SettledJob> {
    const end = new AbortController();
    const abort = () => end.abort(signal?.reason);
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => end.abort(new WaitTimeoutError(jobId, timeoutMs)), timeoutMs);
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();
    try {
      return await this.poll(jobId, intervalMs ?? FIRST_PAUSE_MS, end.signal);
    } catch (error) {
      throw end.signal.aborted ? end.signal.reason : error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  private async poll(jobId: string, firstPauseMs: number, signal: AbortSignal): Promise<SettledJob> {
    let etag: string | null = null;
    let pauseMs = firstPauseMs;
    for (;;) {
      const look: JobLook = await this.lookAt(jobId, etag, signal);
      if (look.job && isSettled(look.job)) return look.job;
      etag = look.etag;
      await pause(pauseMs, signal);
      pauseMs = Math.max(pauseMs, Math.min(pauseMs * PAUSE_GROWTH, LONGEST_PAUSE_MS));
    }
  }

  private async lookAt(jobId: string, etag: string | null, signal: AbortSignal): Promise<JobLook> {
    const { data, error, response } = await this.client.get<GetJobResponses, GetJobErrors>({
      url: '/jobs/{job_id}',
      path: { job_id: jobId },
      headers: { 'If-None-Match': etag },
      signal,
      throwOnError: false,
    });
    if (!data && response?.status !== 304) throw error;
    return { job: data, etag: response.headers.get('ETag') };
  }

  private async *each<T>(url: string, query: { cursor?: string } = {}): AsyncGenerator<T, void> {
    let cursor = query.cursor;
    do {
      const { data, response } = await this.client.get<{ 200: T[] }, unknown, true>({
        url,
        query: { ...query, cursor },
        throwOnError: true,
      });
      yield* data;
      cursor = nextCursor(response);
    } while (cursor !== undefined);
  }
}

function isSettled(job: JobStatus): job is SettledJob {
  return job.status !== 'pending' && job.status !== 'processing';
}

/** The cursor in `Link: <…>; rel="next"` (RFC 8288); none on the last page. */
function nextCursor({ headers }: Response): string | undefined {
  const next = /<([^>]*)>; rel="next"/.exec(headers.get('Link') ?? '')?.[1];
  if (next === undefined) return undefined;
  return new URL(next, 'http://localhost').searchParams.get('cursor') ?? undefined;
}

/** Resolves after some time; rejects with the reason of `signal` as soon as that is aborted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}
