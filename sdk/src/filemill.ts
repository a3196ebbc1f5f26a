import { toFilemillError, WaitTimeoutError } from './errors.js';
import { follow, type Connect, type StreamBlock } from './event-stream.js';
import { type Config, createClient, createConfig } from './generated/client/index.js';
import { FilemillOperations, type Options } from './generated/sdk.gen.js';
import { pause } from './pause.js';
import type {
  Activity,
  ActivityEntry,
  DownloadFileData,
  DownloadReportData,
  GetJobErrors,
  GetJobResponses,
  JobEvent,
  JobReference,
  JobStatus,
  ListActivityData,
  ListDeliveriesData,
  ListFilesData,
  ListJobsData,
  ListReportsData,
  Problem,
  Report,
  Result,
  StoredFile,
  UploadData,
  WebhookDelivery,
} from './generated/types.gen.js';

/** For how long the service is asked to hold its answer: less than what proxies take for a dead connection. */
const HOLD_SECONDS = 30;
/** Between two looks when the service did not hold its answer. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
const PAUSE_GROWTH = 1.5;

/** Where the service is, and how to talk to it: any option of `fetch`, a `fetch` of your own, headers. */
export type FilemillOptions = Omit<
  Config,
  'auth' | 'baseUrl' | 'responseStyle' | 'throwOnError' | 'parseAs'
> & {
  /** Without a slash at the end. In a browser, `''` is where the page came from. */
  baseUrl: string;
} & Credentials;

/** How the caller shows who it is: not at all, as a machine, or as a user. */
export type Credentials =
  | { apiKey?: undefined; token?: undefined }
  | { apiKey: string; token?: undefined }
  /** An access token, or what gives one: asked for every request, so that it can give a fresh one, or none. */
  | { apiKey?: undefined; token: string | (() => Token | Promise<Token>) };

type Token = string | undefined;

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
}

export interface WatchOptions {
  /** Ends the watch, which then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Told whenever the connection stands, and whenever it is lost. */
  onConnection?: (isConnected: boolean) => void;
}

export interface WatchEventsOptions extends WatchOptions {
  /** `id` of the last event that was seen: go on after it. `'0'` for everything that the service still has. */
  lastEventId?: string;
}

/** Some of a list, and where the next ones begin: nowhere on the last page. */
export interface Page<T> {
  readonly items: T[];
  readonly nextCursor: string | undefined;
}

/** Some of the log, and how many entries there are on all pages. */
export interface ActivityPage extends Page<ActivityEntry> {
  readonly total: number;
}

/** Something that happened to a job. `id` is where to go on from; progress has none. */
export type LiveEvent =
  | { id?: string; event: Exclude<JobEvent['event'], 'job.deleted'>; data: JobStatus }
  | { id?: string; event: 'job.deleted'; data: JobReference };

export type UploadOptions<ThrowOnError extends boolean = boolean> = Options<UploadData, ThrowOnError> & {
  /** Name of the file. A `File` has one of its own; a `Blob` needs this. */
  filename?: string;
};

interface PageRequest {
  readonly url: string;
  readonly path?: Record<string, string>;
  readonly query?: object;
  readonly signal?: AbortSignal;
}

interface PageAnswer<B> {
  readonly body: B;
  readonly nextCursor: string | undefined;
}

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
  constructor({ apiKey, token, ...options }: FilemillOptions) {
    super({ client: createClient(createConfig({ ...options, throwOnError: true })) });
    const identify = async (request: Request) => {
      if (apiKey !== undefined) request.headers.set('X-API-Key', apiKey);
      const bearer = typeof token === 'function' ? await token() : token;
      if (bearer !== undefined) request.headers.set('Authorization', `Bearer ${bearer}`);
      return request;
    };
    // oxlint-disable-next-line oxc/no-async-endpoint-handlers -- the client waits for its interceptors
    this.client.interceptors.request.use(identify);
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
    const { timeoutMs, ...upload } = options;
    const { job_id } = await this.upload(upload);
    return this.waitForJob(job_id, { signal: options.signal, timeoutMs });
  }

  /** Downloads an original, whatever its type, as a `Blob`. */
  override downloadFile<ThrowOnError extends boolean = true>(
    options: Options<DownloadFileData, ThrowOnError>,
  ) {
    return super.downloadFile({ parseAs: 'blob', ...options });
  }

  /** The jobs of {@link listJobs}, and the cursor of the next page. */
  jobsPage(query?: ListJobsData['query'], signal?: AbortSignal): Promise<Page<JobStatus>> {
    return this.page({ url: '/jobs', query, signal });
  }

  /** What happened, as {@link listActivity} has it, and the cursor of the next page. */
  async activityPage(query?: ListActivityData['query'], signal?: AbortSignal): Promise<ActivityPage> {
    const { body, nextCursor } = await this.fetchPage<Activity>({ url: '/activity', query, signal });
    return { items: body.entries, total: body.total, nextCursor };
  }

  /** The messages of {@link listDeliveries}, and the cursor of the next page. */
  deliveriesPage(
    { path, query }: Pick<ListDeliveriesData, 'path' | 'query'>,
    signal?: AbortSignal,
  ): Promise<Page<WebhookDelivery>> {
    return this.page({ url: '/webhooks/{webhook_id}/deliveries', path, query, signal });
  }

  /** The reports of {@link listReports}, and the cursor of the next page. */
  reportsPage(query?: ListReportsData['query'], signal?: AbortSignal): Promise<Page<Report>> {
    return this.page({ url: '/reports', query, signal });
  }

  /** Downloads a report, whatever its format, as a `Blob`. */
  override downloadReport<ThrowOnError extends boolean = true>(
    options: Options<DownloadReportData, ThrowOnError>,
  ) {
    return super.downloadReport({ parseAs: 'blob', ...options });
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
   * A job as it stands, and again whenever something has changed, its progress too, until it is completed,
   * failed or cancelled. When the connection is lost it is made anew, and nothing but progress is left out.
   *
   * @throws {@link FilemillError}, `job_not_found` also when the job is deleted · the reason of the signal
   */
  async *watch(jobId: string, options: WatchOptions = {}): AsyncGenerator<JobStatus, void> {
    for await (const event of this.watchEvents(jobId, options)) {
      if (event.event === 'job.deleted')
        await this.getJob({ path: { job_id: jobId } }); // says so
      else yield event.data;
    }
  }

  /**
   * What happens to a job, with the kind of event: from how it stands, or since an event, until it is completed,
   * failed or cancelled. Otherwise as {@link watch}.
   *
   * @throws {@link FilemillError} · the reason of the signal
   */
  async *watchEvents(jobId: string, options: WatchEventsOptions = {}): AsyncGenerator<LiveEvent, void> {
    const isEnd = (block: StreamBlock) => {
      const event = toLiveEvent(block);
      return event.event === 'job.deleted' || isSettled(event.data);
    };
    const connect = this.connection('/jobs/{job_id}/events', { job_id: jobId });
    for await (const block of follow(connect, { ...options, isEnd })) yield toLiveEvent(block);
  }

  /**
   * What happens to all jobs from now on, or since an event. When the connection is lost it is made anew,
   * and nothing but progress is left out. Never ends by itself.
   *
   * @throws {@link FilemillError} · the reason of the signal
   */
  async *watchAll(options: WatchEventsOptions = {}): AsyncGenerator<LiveEvent, void> {
    for await (const block of follow(this.connection('/jobs/events'), options)) yield toLiveEvent(block);
  }

  /**
   * What is written into the log of what happened, from now on, or since an entry. Otherwise as {@link watchAll}.
   *
   * @throws {@link FilemillError} · the reason of the signal
   */
  async *watchLog(options: WatchEventsOptions = {}): AsyncGenerator<ActivityEntry, void> {
    for await (const { data = '' } of follow(this.connection('/activity/stream'), options))
      yield JSON.parse(data) as ActivityEntry;
  }

  /**
   * Waits until a job is completed, failed or cancelled. The service answers as soon as it is, so there
   * is next to no delay; the job travels only when it has changed.
   *
   * @throws {@link FilemillError} · {@link WaitTimeoutError} · the reason of the signal
   */
  async waitForJob(jobId: string, { signal, timeoutMs }: WaitOptions = {}): Promise<SettledJob> {
    const end = new AbortController();
    const abort = () => end.abort(signal?.reason);
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => end.abort(new WaitTimeoutError(jobId, timeoutMs)), timeoutMs);
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();
    try {
      return await this.poll(jobId, end.signal);
    } catch (error) {
      throw end.signal.aborted ? end.signal.reason : error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  private async poll(jobId: string, signal: AbortSignal): Promise<SettledJob> {
    let etag: string | null = null;
    let pauseMs = FIRST_PAUSE_MS;
    for (;;) {
      const askedAt = Date.now();
      const look: JobLook = await this.lookAt(jobId, etag, signal);
      if (look.job && isSettled(look.job)) return look.job;
      etag = look.etag;
      if (Date.now() - askedAt >= HOLD_SECONDS * 1000) continue;
      await pause(pauseMs, signal); // it shuts down, or something between does not wait
      pauseMs = Math.min(pauseMs * PAUSE_GROWTH, LONGEST_PAUSE_MS);
    }
  }

  private async lookAt(jobId: string, etag: string | null, signal: AbortSignal): Promise<JobLook> {
    const { data, error, response } = await this.client.get<GetJobResponses, GetJobErrors>({
      url: '/jobs/{job_id}',
      path: { job_id: jobId },
      headers: { 'If-None-Match': etag, Prefer: `wait=${HOLD_SECONDS}` },
      signal,
      throwOnError: false,
    });
    if (!data && response?.status !== 304) throw error;
    return { job: data, etag: response.headers.get('ETag') };
  }

  private connection(url: string, path?: Record<string, string>): Connect {
    return async (lastEventId, signal) => {
      const headers = { Accept: 'text/event-stream', 'Last-Event-ID': lastEventId ?? null };
      const options = { url, path, headers, signal, parseAs: 'stream', throwOnError: true } as const;
      return (await this.client.get<unknown, unknown, true>(options)).response;
    };
  }

  private async *each<T>(url: string, query: { cursor?: string } = {}): AsyncGenerator<T, void> {
    let cursor = query.cursor;
    do {
      const page = await this.page<T>({ url, query: { ...query, cursor } });
      yield* page.items;
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  }

  private async page<T>(request: PageRequest): Promise<Page<T>> {
    const { body, nextCursor } = await this.fetchPage<T[]>(request);
    return { items: body, nextCursor };
  }

  private async fetchPage<B>({ url, path, query, signal }: PageRequest): Promise<PageAnswer<B>> {
    const options = { url, path, query: { ...query }, signal, throwOnError: true } as const;
    const { data, response } = await this.client.get<{ 200: B }, unknown, true>(options);
    return { body: data, nextCursor: nextCursorOf(response) };
  }
}

function isSettled(job: JobStatus): job is SettledJob {
  return job.status !== 'pending' && job.status !== 'processing';
}

/** The cursor in `Link: <…>; rel="next"` (RFC 8288); none on the last page. */
function nextCursorOf({ headers }: Response): string | undefined {
  const next = /<([^>]*)>; rel="next"/.exec(headers.get('Link') ?? '')?.[1];
  if (next === undefined) return undefined;
  return new URL(next, 'http://localhost').searchParams.get('cursor') ?? undefined;
}

function toLiveEvent({ id, event, data = '' }: StreamBlock): LiveEvent {
  return { ...(id !== undefined && { id }), event, data: JSON.parse(data) } as LiveEvent;
}
