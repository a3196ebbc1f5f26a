import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Upload, type UploadOptions } from 'tus-js-client';
import { Answer, Client, waitFor } from './client';

export const TUS = { 'tus-resumable': '1.0.0' } as const;
export const PIECE = { ...TUS, 'content-type': 'application/offset+octet-stream' } as const;

/** `Upload-Metadata` of some fields. */
export function metadata(fields: Readonly<Record<string, string>>): { 'upload-metadata': string } {
  const entries = Object.entries(fields).map(([name, value]) => `${name} ${btoa(utf8(value))}`);
  return { 'upload-metadata': entries.join(',') };
}

function utf8(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** What a tus client did: one `METHOD status` for each of its requests. */
export interface TusRun {
  readonly upload: Upload;
  readonly requests: string[];
  /** The id of the job. */
  readonly finished: Promise<string>;
}

/** An upload by tus-js-client. It fails at the first error, unless `retryDelays` say otherwise. */
export function tusUpload(
  url: string,
  content: Buffer | Readable,
  options: Omit<UploadOptions, 'onSuccess' | 'onError'> = {},
): TusRun {
  const requests: string[] = [];
  let settle!: { resolve: (jobId: string) => void; reject: (error: Error) => void };
  const finished = new Promise<string>((resolve, reject) => (settle = { resolve, reject }));
  finished.catch(() => {}); // whoever waits sees it
  const upload = new Upload(content as Buffer, {
    endpoint: `${url}/upload/resumable`,
    metadata: { filename: 'note.txt', filetype: 'text/plain' },
    retryDelays: null,
    fingerprint: async () => randomUUID(),
    ...options,
    onAfterResponse: (request, response) =>
      void requests.push(`${request.getMethod()} ${response.getStatus()}`),
    onSuccess: ({ lastResponse }) => settle.resolve(lastResponse.getHeader('Filemill-Job-Id') ?? ''),
    onError: settle.reject,
  });
  upload.start();
  return { upload, requests, finished };
}

/** The protocol request by request. */
export class TusClient extends Client {
  create(
    length: number | 'deferred',
    fields: Readonly<Record<string, string>> = { filename: 'note.txt' },
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const size: Record<string, string> =
      length === 'deferred' ? { 'upload-defer-length': '1' } : { 'upload-length': `${length}` };
    return this.send('/upload/resumable', {
      method: 'POST',
      headers: { ...TUS, ...size, ...metadata(fields), ...headers },
    });
  }

  /** Path of a new upload. */
  async begin(length: number | 'deferred', fields?: Readonly<Record<string, string>>): Promise<string> {
    const { status, headers, text } = await this.create(length, fields);
    if (status !== 201) throw new Error(`Answered ${status}: ${text}`);
    return headers.get('location')!;
  }

  ask(path: string): Promise<Answer> {
    return this.send(path, { method: 'HEAD', headers: TUS });
  }

  async offset(path: string): Promise<number> {
    return Number((await this.ask(path)).headers.get('upload-offset'));
  }

  append(
    path: string,
    offset: number | string,
    bytes: string | Uint8Array,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    return this.send(path, {
      method: 'PATCH',
      headers: { ...PIECE, 'upload-offset': `${offset}`, ...headers },
      body: new Uint8Array(Buffer.from(bytes as Uint8Array)),
    });
  }

  terminate(path: string): Promise<Answer> {
    return this.send(path, { method: 'DELETE', headers: TUS });
  }

  /** When the upload is as long as that. */
  async reached(path: string, offset: number): Promise<void> {
    await waitFor(
      () => this.offset(path),
      (at) => at === offset,
    );
  }
}
