import type { Problem } from '@filemill/sdk';
import Uppy, { type Meta, type UppyFile } from '@uppy/core';
import Tus from '@uppy/tus';
import { DefaultHttpStack, type HttpRequest, type HttpResponse } from 'tus-js-client';
import { BASE_URL } from '../api/base-url';
import { session } from '../api/session';
import { troubleOf, troubleOfProblem, type Trouble } from '../api/problems';
import { announce } from '../ui/announcer';
import type { UploadFields, UploadItem } from './upload-item';

/** A service that is being restarted is waited for; then somebody has to ask for it. */
const RETRY_DELAYS_MS = [0, 500, 1000, 2000, 4000, 8000, 15_000];
const AT_ONCE = 3;
const FIELDS = ['tags', 'category', 'description', 'processor', 'priority'] as const;
/** What goes wrong is told on the page. */
const SILENT = { debug: () => {}, warn: () => {}, error: () => {} };

type Change = (id: string, changes: Partial<UploadItem>) => void;
/** Answers have no body. */
type NoBody = Record<string, never>;
type UploadedFile = UppyFile<Meta, NoBody>;

/**
 * Uploads in pieces (tus), by Uppy: they can be paused, and go on where a connection or the service broke off; also
 * those of a page that was left, when the same file is handed in again in the same way.
 */
export class ResumableUploads {
  private readonly uppy = new Uppy<Meta, NoBody>({ autoProceed: true, logger: SILENT });
  /** Uppy's names for files by ours. */
  private readonly names = new Map<string, string>();
  private readonly jobs = new Map<string, string>();
  private readonly problems = new Map<string, Trouble>();

  constructor(private readonly change: Change) {
    this.uppy.use(Tus, {
      endpoint: `${BASE_URL}/upload/resumable`,
      httpStack: new PrefixedHttpStack({}),
      onBeforeRequest: async (request) => {
        const token = await session.freshToken();
        if (token !== undefined) request.setHeader('Authorization', `Bearer ${token}`);
      },
      retryDelays: RETRY_DELAYS_MS,
      limit: AT_ONCE,
      removeFingerprintOnSuccess: true,
      allowedMetaFields: ['filename', ...FIELDS],
    });
    this.uppy.on('upload-progress', (file, { bytesUploaded, bytesTotal }) => {
      if (file && bytesTotal) this.tell(file, { sent: bytesUploaded / bytesTotal });
    });
    this.uppy.on('upload-pause', (file, isPaused) => {
      if (file) this.tell(file, { state: isPaused ? 'paused' : 'sending' });
    });
    this.uppy.on('upload-success', (file) => file && this.succeed(file));
    // Not sooner: Uppy would ask the service to end what is still its upload.
    this.uppy.on('complete', ({ successful = [] }) => successful.forEach((file) => this.remove(idOf(file))));
    this.uppy.on('upload-error', (file, error) => file && this.fail(file, error));
  }

  add(id: string, file: File, fields: UploadFields): void {
    // What is left out would be sent as the word `undefined`.
    const how = Object.fromEntries(FIELDS.map((name) => [name, fields[name] ?? '']));
    const meta = {
      ...how,
      filename: file.name,
      itemId: id,
      relativePath: this.pathOf(file, Object.values(how)),
    };
    const name = this.uppy.addFile({ name: file.name, type: file.type, data: file, meta });
    this.names.set(id, name);
    const onAfterResponse = (_: HttpRequest, response: HttpResponse) => this.note(id, response);
    this.uppy.setFileState(name, { tus: { onAfterResponse } });
  }

  pauseOrResume(id: string): void {
    this.uppy.pauseResume(this.names.get(id)!);
  }

  retry(id: string): void {
    void this.uppy.retryUpload(this.names.get(id)!);
  }

  remove(id: string): void {
    const name = this.names.get(id);
    if (name !== undefined && this.uppy.getFile(name)) this.uppy.removeFile(name);
    this.names.delete(id);
  }

  /** What has come is left to the service, which lets go of it: nobody who may end it is logged in any more. */
  endAll(): void {
    const uploaders = this.uppy.getPlugin<Tus<Meta, NoBody>>('Tus')?.uploaders ?? {};
    for (const [id, name] of this.names) {
      const uploader = uploaders[name];
      if (uploader) uploader.url = null; // or Uppy would ask the service to end it
      this.remove(id);
    }
  }

  /**
   * Uppy tells files apart by name, type, size, time and path, and finds by these what an earlier page had begun to
   * send. The path says how the file is handed in, in figures, since Uppy tells no capitals; of files that are alike in
   * all of this each has its own.
   */
  private pathOf({ name, size, lastModified }: File, how: readonly string[]): string {
    const bytes = new TextEncoder().encode(JSON.stringify([name, size, lastModified, ...how]));
    const stem = bytes.join('-');
    const taken = new Set(this.uppy.getFiles().map(({ meta }) => meta['relativePath']));
    let path = stem;
    for (let copy = 2; taken.has(path); copy++) path = `${stem} ${copy}`;
    return path;
  }

  /** Each answer may tell the job, or what is wrong. */
  private note(id: string, response: HttpResponse): void {
    const jobId = response.getHeader('Filemill-Job-Id');
    if (jobId !== undefined && jobId !== null) this.jobs.set(id, jobId);
    session.heed(response.getHeader('WWW-Authenticate'));
    if (response.getStatus() >= 400) this.problems.set(id, readProblem(response));
    else this.problems.delete(id);
  }

  private succeed(file: UploadedFile): void {
    const id = idOf(file);
    this.change(id, { state: 'answered', sent: 1, answeredAt: performance.now(), jobId: this.jobs.get(id) });
  }

  private fail(file: UploadedFile, error: { message: string }): void {
    const id = idOf(file);
    const trouble = this.problems.get(id) ?? troubleOf(new TypeError(error.message));
    this.problems.delete(id);
    this.change(id, { state: 'failed', trouble });
    announce(`${file.name}: ${trouble.title}`);
  }

  private tell(file: UploadedFile, changes: Partial<UploadItem>): void {
    this.change(idOf(file), changes);
  }
}

function idOf({ meta }: UploadedFile): string {
  return String(meta['itemId']);
}

function readProblem(response: HttpResponse): Trouble {
  try {
    return troubleOfProblem(JSON.parse(response.getBody()) as Problem);
  } catch {
    return {
      title: `HTTP ${response.getStatus()}`,
      detail: 'The upload was refused.',
      fields: {},
      canRetry: true,
    };
  }
}

/** `Location` begins at the root of the service, which a proxy may have put somewhere else. */
class PrefixedHttpStack extends DefaultHttpStack {
  override createRequest(method: string, url: string): HttpRequest {
    const request = super.createRequest(method, url);
    const send = request.send.bind(request);
    request.send = async (body) => {
      const response = await send(body);
      const getHeader = response.getHeader.bind(response);
      response.getHeader = (name) => {
        const value = getHeader(name);
        return name === 'Location' && value?.startsWith('/') ? BASE_URL + value : value;
      };
      return response;
    };
    return request;
  }
}
