import type { FileDto } from '@app/files/files.dto';
import type { JobStatusDto } from '@app/jobs/jobs.dto';
import type { UploadResponseDto } from '@app/uploads/uploads.dto';
import { setTimeout } from 'node:timers/promises';
import { PATIENCE_MS } from './eventually';

/** Between two looks: enough for the service, in the same process, to get on. */
const PAUSE_MS = 2;

export interface UploadOptions {
  readonly filename?: string;
  /** Form fields beside the file. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** A response whose body has been read. */
export class Answer {
  constructor(
    readonly status: number,
    readonly headers: Headers,
    readonly bytes: Buffer,
  ) {}

  get text(): string {
    return this.bytes.toString('utf8');
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- each test knows what it asked for
  json<T>(): T {
    return JSON.parse(this.text) as T;
  }

  /** Itself when it is a success. @throws Error with what it says otherwise */
  ok(): Answer {
    if (this.status !== 200) throw new Error(`Answered ${this.status}: ${this.text}`);
    return this;
  }
}

/** Speaks HTTP with one service. The verbs that end in a value expect success; `send` takes what comes. */
export class Client {
  constructor(
    readonly url: string,
    /** Sent with everything: credentials. */
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  async send(path: string, init: RequestInit = {}): Promise<Answer> {
    const headers = { ...this.headers, ...Object.fromEntries(new Headers(init.headers)) };
    const response = await fetch(this.url + path, { ...init, headers });
    return new Answer(response.status, response.headers, Buffer.from(await response.arrayBuffer()));
  }

  sendJson(path: string, body: unknown, method = 'POST'): Promise<Answer> {
    const headers = { 'content-type': 'application/json' };
    return this.send(path, { method, headers, body: JSON.stringify(body) });
  }

  sendBytes(path: string, bytes: Uint8Array, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send(path, { method: 'POST', headers, body: new Uint8Array(bytes) });
  }

  sendUpload(
    content: string | Uint8Array<ArrayBuffer>,
    { filename = 'note.txt', fields = {} }: UploadOptions = {},
  ): Promise<Answer> {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('file', new Blob([content]), filename);
    return this.send('/upload', { method: 'POST', body: form });
  }

  async upload(
    content: string | Uint8Array<ArrayBuffer>,
    options?: UploadOptions,
  ): Promise<UploadResponseDto> {
    return (await this.sendUpload(content, options)).ok().json();
  }

  async createJob(fileId: string, processor?: string): Promise<JobStatusDto> {
    return (await this.sendJson('/jobs', { file_id: fileId, ...(processor && { processor }) })).ok().json();
  }

  async job(jobId: string): Promise<JobStatusDto> {
    return (await this.send(`/jobs/${jobId}`)).ok().json();
  }

  async jobs(query = ''): Promise<JobStatusDto[]> {
    return (await this.send(`/jobs${query}`)).ok().json();
  }

  async files(query = ''): Promise<FileDto[]> {
    return (await this.send(`/files${query}`)).ok().json();
  }

  act(jobId: string, verb: 'cancel' | 'retry'): Promise<Answer> {
    return this.send(`/jobs/${jobId}/${verb}`, { method: 'POST' });
  }

  delete(jobId: string): Promise<Answer> {
    return this.send(`/jobs/${jobId}`, { method: 'DELETE' });
  }

  /** The job as soon as `accept` holds. */
  jobWhen(jobId: string, accept: (job: JobStatusDto) => boolean): Promise<JobStatusDto> {
    return waitFor(() => this.job(jobId), accept);
  }

  running(jobId: string): Promise<JobStatusDto> {
    return this.jobWhen(jobId, ({ status }) => status === 'processing');
  }

  settled(jobId: string): Promise<JobStatusDto> {
    return this.jobWhen(jobId, ({ status }) => status !== 'pending' && status !== 'processing');
  }

  async allSettled(uploads: readonly { job_id: string }[]): Promise<JobStatusDto[]> {
    const jobs: JobStatusDto[] = [];
    for (const { job_id } of uploads) jobs.push(await this.settled(job_id));
    return jobs;
  }
}

/**
 * What `probe` gives as soon as `accept` takes it. Asks again and again; gives up with the last value in
 * the message.
 */
export async function waitFor<T>(
  probe: () => T | Promise<T>,
  accept: (value: T) => boolean = Boolean,
): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const value = await probe();
    if (accept(value)) return value;
    if (performance.now() > end) throw new Error(`It stayed at ${JSON.stringify(value)}`);
    await setTimeout(PAUSE_MS);
  }
}
