import type { buildApp } from 'fauxqs' with { 'resolution-mode': 'import' };
import type { AddressInfo } from 'node:net';

type App = ReturnType<typeof buildApp>;

/** An upload in parts that is under way; of its parts, when they came. */
interface OpenUpload {
  readonly key: string;
  readonly startedAt: string;
  readonly parts: Map<number, string>;
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly uploadId: string | null;
  readonly partNumber: number;
  readonly asksForUploads: boolean;
  readonly prefix: string;
  readonly copySource: string | undefined;
}

/**
 * An S3-compatible server in this process: `fauxqs`, and what it has not: UploadPartCopy, ListMultipartUploads and
 * ListParts. It keeps everything in memory, asks for no credentials and verifies no checksum.
 */
export class S3Server {
  private readonly uploads = new Map<string, OpenUpload>();

  private constructor(private readonly app: App) {}

  static async start(bucket: string): Promise<S3Server> {
    const fauxqs = await import('fauxqs');
    const server = new S3Server(fauxqs.buildApp({ logger: false }));
    server.extend();
    await server.app.listen({ port: 0, host: '127.0.0.1' });
    await server.app.inject({ method: 'PUT', url: `/${bucket}` });
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.app.server.address() as AddressInfo).port}`;
  }

  /** How many uploads in parts are neither completed nor aborted. */
  get openUploads(): number {
    return this.uploads.size;
  }

  async stop(): Promise<void> {
    await this.app.close();
  }

  private extend(): void {
    this.app.addHook('onRequest', async (request, reply) => {
      const document = await this.answer(read(request));
      if (document !== undefined) await reply.type('application/xml').send(document);
    });
    this.app.addHook('onSend', (request, _reply, payload, done) => {
      this.follow(read(request), String(payload));
      done(null, payload);
    });
  }

  /** What `fauxqs` cannot answer; undefined for all else. */
  private async answer(asked: Asked): Promise<string | undefined> {
    if (asked.method === 'PUT' && asked.uploadId && asked.copySource !== undefined)
      return this.copyPart(asked);
    if (asked.method === 'GET' && asked.asksForUploads) return this.listUploads(asked.prefix);
    if (asked.method === 'GET' && asked.uploadId) return this.listParts(asked.uploadId);
    return undefined;
  }

  private follow({ method, path, uploadId, partNumber, asksForUploads }: Asked, payload: string): void {
    const now = new Date().toISOString();
    if (method === 'POST' && asksForUploads) {
      const begun = /<UploadId>(.*)<\/UploadId>/.exec(payload)![1];
      this.uploads.set(begun, { key: path.split('/').slice(2).join('/'), startedAt: now, parts: new Map() });
    } else if (uploadId && method === 'PUT') this.uploads.get(uploadId)?.parts.set(partNumber, now);
    else if (uploadId && method !== 'GET') this.uploads.delete(uploadId);
  }

  private async copyPart({ path, uploadId, partNumber, copySource }: Asked): Promise<string> {
    const { rawPayload } = await this.app.inject({ method: 'GET', url: `/${copySource}` });
    const url = `${path}?uploadId=${uploadId}&partNumber=${partNumber}`;
    const { headers } = await this.app.inject({ method: 'PUT', url, payload: rawPayload });
    const etag = String(headers.etag).replaceAll('"', '&quot;');
    return `<CopyPartResult><ETag>${etag}</ETag></CopyPartResult>`;
  }

  private listUploads(prefix: string): string {
    const listed = [...this.uploads].filter(([, { key }]) => key.startsWith(prefix));
    const entries = listed.map(
      ([id, { key, startedAt }]) =>
        `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${startedAt}</Initiated></Upload>`,
    );
    return `<ListMultipartUploadsResult>${entries.join('')}</ListMultipartUploadsResult>`;
  }

  private listParts(uploadId: string): string {
    const parts = [...(this.uploads.get(uploadId)?.parts ?? [])].map(
      ([number, at]) => `<Part><PartNumber>${number}</PartNumber><LastModified>${at}</LastModified></Part>`,
    );
    return `<ListPartsResult>${parts.join('')}</ListPartsResult>`;
  }
}

function read({ method, url, headers }: { method: string; url: string; headers: object }): Asked {
  const { pathname, searchParams } = new URL(url, 'http://s3');
  return {
    method,
    path: pathname,
    uploadId: searchParams.get('uploadId'),
    partNumber: Number(searchParams.get('partNumber')),
    asksForUploads: searchParams.has('uploads'),
    prefix: searchParams.get('prefix') ?? '',
    copySource: (headers as Record<string, string | undefined>)['x-amz-copy-source'],
  };
}
