import { Injectable } from '@nestjs/common';
import contentDisposition from 'content-disposition';
import { cleanFileName, extensionOf } from '../files/file-name';
import { FileTypes } from '../files/file-types';
import { FilesRepository, type AnnouncedFile, type StoredFile } from '../files/files.repository';
import { Retention } from '../files/retention';
import { chooseProcessor, type Assignment } from '../jobs/choose-processor';
import type { ImportSource, Job } from '../jobs/job';
import { JobsService } from '../jobs/jobs.service';
import { JobWishes } from '../jobs/job-wishes';
import { Clock } from '../platform/clock/clock';
import { Ids } from '../platform/clock/ids';
import { Settings } from '../platform/config/settings';
import { Database, type Alongside } from '../platform/database/database';
import type { Owner } from '../platform/http/caller.decorator';
import { OutboundHttp, type OutboundResponse } from '../platform/outbound/outbound-http';
import { TaskQueue } from '../platform/tasks/task-queue';
import { FileIntake, type ReceivedFile } from './file-intake';
import type { UploadUrlDto } from './uploads.dto';

/** A server that sends nothing for so long is given up. */
const IDLE_MS = 30_000;
/** For a file of which nobody knows the name. */
const NAMELESS = 'download';

/** A file that is yet to come, and the job that fetches and processes it. */
export interface AnnouncedImport {
  readonly file: AnnouncedFile;
  readonly job: Job;
}

/** A fetched file that nobody owns yet, and how it is to be processed. */
export interface FetchedFile {
  readonly received: ReceivedFile;
  readonly assignment: Assignment;
}

/** Files that the service fetches itself, each as part of its job. */
@Injectable()
export class UrlImports {
  constructor(
    private readonly outbound: OutboundHttp,
    private readonly intake: FileIntake,
    private readonly files: FilesRepository,
    private readonly fileTypes: FileTypes,
    private readonly jobs: JobsService,
    private readonly wishes: JobWishes,
    private readonly tasks: TaskQueue,
    private readonly retention: Retention,
    private readonly database: Database,
    private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /**
   * Promises to fetch a file: its row without bytes, its job and the task in one transaction. Whatever can be refused
   * without its bytes is refused here, and nothing is connected to.
   *
   * @throws UrlNotAllowed · InvalidFileName · UnsupportedFileType · ProcessorNotApplicable · ValidationFailed · QuotaExceeded
   */
  async announce(
    owner: Owner,
    { url, filename: givenName, processor, options, ...fields }: UploadUrlDto,
    alongside: Alongside<AnnouncedImport>,
  ): Promise<AnnouncedImport> {
    const { href, pathname } = this.outbound.checkUrl(url);
    const filename = givenName === undefined ? undefined : cleanFileName(givenName);
    if (filename !== undefined)
      chooseProcessor({ processor, options }, filename, this.fileTypes.takersOf(filename));
    const wishes = this.wishes.read(fields);
    const source: ImportSource = { url: href, filename, processor, options };
    const file: AnnouncedFile = {
      fileId: this.ids.next(),
      owner,
      filename: filename ?? (lastPart(pathname) || NAMELESS),
      description: fields.description ?? null,
      category: fields.category ?? null,
      tags: fields.tags ?? [],
      uploadedAt: this.clock.now(),
      expiresAt: this.retention.expiry(fields.expires_in),
    };
    const announced = await this.database.transaction(async (queries) => {
      await this.files.insert(queries, file);
      const promised = { file, job: await this.jobs.createImport(queries, file, source, wishes) };
      await alongside(queries, promised);
      return promised;
    });
    this.jobs.announce(announced.job);
    this.tasks.nudge();
    return announced;
  }

  /** The file of a job, once it is there. */
  arrived({ owner, fileId }: Job): Promise<StoredFile | undefined> {
    return this.files.find(owner, fileId);
  }

  /**
   * Fetches a file through the same judgement as any upload. If it rejects, nothing is left of it.
   *
   * @throws what {@link OutboundHttp.get} and {@link FileIntake.store} throw · ProcessorNotApplicable ·
   * ValidationFailed · the reason of `signal`
   */
  async fetch(
    source: ImportSource,
    signal: AbortSignal,
    progress: (fraction: number) => void,
  ): Promise<FetchedFile> {
    const { MAX_FILE_SIZE_BYTES: maxBytes, IMPORT_TIMEOUT_SECONDS } = this.settings;
    const timeoutMs = IMPORT_TIMEOUT_SECONDS * 1000;
    const response = await this.outbound.get(source.url, { signal, maxBytes, timeoutMs, idleMs: IDLE_MS });
    try {
      const filename = source.filename ?? this.nameOf(response);
      const received = await this.intake.store({ filename, body: counted(response, progress) });
      return { received, assignment: await this.assign(source, received) };
    } finally {
      response.close();
    }
  }

  /** Forgets the bytes of a file that nobody came to own; what cannot be deleted now is swept later. */
  async discard(received: ReceivedFile): Promise<void> {
    await this.intake.discard(received).catch(() => {});
  }

  private async assign(source: ImportSource, received: ReceivedFile): Promise<Assignment> {
    try {
      return chooseProcessor(source, received.filename, received.processors);
    } catch (error) {
      await this.discard(received);
      throw error;
    }
  }

  /** As the server says, or as the URL ends; with an extension by the media type when it has none. */
  private nameOf({ url, headers }: OutboundResponse): string {
    const name = attachedName(headers['content-disposition']) || lastPart(new URL(url).pathname) || NAMELESS;
    if (extensionOf(name) !== '') return name;
    return name + this.fileTypes.extensionFor(headers['content-type'] ?? '');
  }
}

async function* counted(
  { body, length }: OutboundResponse,
  progress: (fraction: number) => void,
): AsyncGenerator<Buffer, void> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (length) progress(bytes / length);
    yield chunk;
  }
}

/** The name in a `Content-Disposition` (RFC 6266); empty when there is none that can be read. */
function attachedName(header = ''): string {
  try {
    return contentDisposition.parse(header).parameters['filename'] ?? '';
  } catch {
    return '';
  }
}

function lastPart(pathname: string): string {
  const part = pathname.slice(pathname.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
