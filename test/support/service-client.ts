import { createHash } from 'node:crypto';
import { eventually, type Patience } from './eventually';

export interface JobStatus {
  readonly job_id: string;
  readonly file_id: string;
  readonly filename: string;
  readonly status: 'pending' | 'processing' | 'completed' | 'failed' | 'cancelled';
  readonly attempt: number;
  readonly result: Record<string, unknown> | null;
  readonly error: { readonly code: string } | null;
}

/** What a caller can do with a service in another process. */
export class ServiceClient {
  constructor(readonly url: string) {}

  /** The status of the answer; rejects when there was none. */
  async upload(name: string, content: Buffer, fields: Readonly<Record<string, string>> = {}) {
    const form = new FormData();
    for (const [field, value] of Object.entries(fields)) form.set(field, value);
    form.set('file', new Blob([new Uint8Array(content)]), name);
    return fetch(`${this.url}/upload`, { method: 'POST', body: form });
  }

  /** Status of the answer to a GET, which is read to its end. */
  async status(path: string): Promise<number> {
    const response = await fetch(this.url + path);
    await response.arrayBuffer();
    return response.status;
  }

  /** Every job, page by page. */
  async jobs(): Promise<JobStatus[]> {
    const jobs: JobStatus[] = [];
    let path: string | undefined = '/jobs?limit=500';
    while (path !== undefined) {
      const response: Response = await fetch(new URL(path, this.url));
      if (!response.ok) throw new Error(`GET ${path} answered ${response.status}.`);
      jobs.push(...((await response.json()) as JobStatus[]));
      path = /<([^>]*)>; *rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
    }
    return jobs;
  }

  /** Waits until nothing happens any more; resolves with every job. */
  async settledJobs(patience?: Patience): Promise<JobStatus[]> {
    let jobs: JobStatus[] = [];
    const settled = async () => {
      jobs = await this.jobs();
      return jobs.every(({ status }) => status !== 'pending' && status !== 'processing');
    };
    await eventually('every job is settled', settled, patience);
    return jobs;
  }

  /** What a download gives. */
  async download(fileId: string): Promise<{ status: number; sha256: string }> {
    const response = await fetch(`${this.url}/files/${fileId}`);
    const bytes = Buffer.from(await response.arrayBuffer());
    return { status: response.status, sha256: createHash('sha256').update(bytes).digest('hex') };
  }
}
