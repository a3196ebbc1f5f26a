import { Injectable, Logger } from '@nestjs/common';
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { InvalidFileName, UnsupportedFileType } from '../files/files.errors';
import { Clock } from '../platform/clock/clock';
import { Settings } from '../platform/config/settings';
import type { DomainError } from '../platform/errors/domain-error';
import { DigestMismatch, MalformedDigest } from '../platform/http/digest.errors';
import { statedDigests, verifyDigests } from '../platform/http/digests';
import { RequestTimeout } from '../platform/http/http.errors';
import { MultipartReader, type FilePart } from '../platform/http/multipart/multipart.reader';
import { FileIntake, type ReceivedFile } from './file-intake';
import { FileTooLarge, MissingFile, UnexpectedField, type RefusedFile } from './uploads.errors';

const KiB = 1024;
const MiB = 1024 * KiB;

/**
 * How long what follows the first file may take to come: fields, or more files. Nobody owns the file until
 * then, so it has to be far less than SWEEP_GRACE_SECONDS.
 */
const REST_MS = { file: 60_000, files: 30 * 60_000 } as const;

/** One upload request, read to its end. */
export interface ReceivedUpload {
  readonly fields: Readonly<Record<string, string>>;
  readonly files: readonly ReceivedFile[];
  /** Always empty when the form takes one file: then the request is refused. */
  readonly refused: readonly RefusedFile[];
  /** Milliseconds that receiving and storing took. */
  readonly uploadTimeMs: number;
}

/** Which files a form has. */
export interface UploadForm {
  /** Name of the file parts. */
  readonly part: 'file' | 'files';
  /** Whether a file that is refused leaves the others alone. */
  readonly several: boolean;
}

/** Takes the files out of a multipart request and streams them into the blob store. */
@Injectable()
export class UploadReceiver {
  private readonly logger = new Logger(UploadReceiver.name);

  constructor(
    private readonly settings: Settings,
    private readonly intake: FileIntake,
    private readonly clock: Clock,
  ) {}

  /**
   * Reads the whole request. If it rejects, nothing is left of it.
   *
   * @throws MissingFile · UnexpectedField · MalformedDigest · DigestMismatch · what {@link FileIntake.store} throws, unless
   * the form takes several files · the errors of {@link MultipartReader} and of the blob store
   */
  async receive(request: IncomingMessage, form: UploadForm): Promise<ReceivedUpload> {
    const startedAt = this.clock.now();
    const digests = statedDigests((name) => request.headers[name]?.toString());
    const bodyHash = digests.length > 0 ? createHash('sha256') : undefined;
    const reception = new Reception(form, this.intake, this.clock);
    try {
      const parts = this.reader(form).parts(request, bodyHash && ((chunk) => void bodyHash.update(chunk)));
      for await (const part of parts) {
        if (part.kind === 'file') await reception.takeFile(part);
        else reception.takeField(part.name, part.value);
      }
      reception.end();
      if (bodyHash) verifyDigests(digests, [bodyHash.digest('hex'), ...reception.soleDigest]);
    } catch (error) {
      await this.discard(reception.files);
      throw error;
    }
    const { files, refused, fields } = reception;
    const uploadTimeMs = this.clock.now() - startedAt;
    return { fields: Object.fromEntries(fields), files, refused, uploadTimeMs };
  }

  /** Forgets the bytes of files that nobody came to own. Never rejects: what cannot be deleted now is swept later. */
  async discard(files: readonly ReceivedFile[]): Promise<void> {
    for (const file of files.filter(({ owned }) => !owned)) {
      await this.intake.discard(file).catch((error: unknown) => {
        this.logger.warn(`${file.blobKey} is left to the sweep: ${String(error)}`);
      });
    }
  }

  private reader({ several }: UploadForm): MultipartReader {
    const { MAX_FILE_SIZE_BYTES, MAX_FILES_PER_REQUEST } = this.settings;
    const files = several ? MAX_FILES_PER_REQUEST : 1;
    return new MultipartReader({
      bodyBytes: files * MAX_FILE_SIZE_BYTES + MiB,
      files,
      fields: 20,
      fieldNameBytes: 100,
      fieldBytes: 16 * KiB,
      headerBytes: 8 * KiB,
    });
  }
}

/** What is wrong with a file, and with no other of its request. */
const REFUSALS = [UnsupportedFileType, InvalidFileName, FileTooLarge, DigestMismatch, MalformedDigest];

/** What has come of one request so far. */
class Reception {
  readonly fields = new Map<string, string>();
  readonly files: ReceivedFile[] = [];
  readonly refused: RefusedFile[] = [];
  private firstFileCameAt: number | undefined;

  constructor(
    private readonly form: UploadForm,
    private readonly intake: FileIntake,
    private readonly clock: Clock,
  ) {}

  async takeFile(part: FilePart): Promise<void> {
    const { part: expected, several } = this.form;
    if (part.name !== expected)
      throw new UnexpectedField(`A file came as '${part.name}'; send it as '${expected}'.`);
    if (part.filename === '') {
      if (several) return; // a browser's form in which no file was chosen
      throw new MissingFile(expected);
    }
    try {
      this.files.push(await this.intake.store({ ...part, body: this.timed(part.body) }));
    } catch (error) {
      if (!several || !isRefusal(error)) throw error;
      this.refused.push({ filename: shownName(part.filename), error });
    }
  }

  takeField(name: string, value: string): void {
    if (this.fields.has(name)) throw new UnexpectedField(`The field '${name}' came twice.`);
    if (value !== '') this.fields.set(name, value);
  }

  /** @throws MissingFile · RequestTimeout when what followed the first file dripped in too slowly */
  end(): void {
    const { part } = this.form;
    if (this.files.length + this.refused.length === 0) throw new MissingFile(part);
    if (this.clock.now() - (this.firstFileCameAt ?? Infinity) > REST_MS[part]) throw new RequestTimeout();
  }

  /** A body with one file may be said to have the digest of that file: few clients know that of the form. */
  get soleDigest(): string[] {
    return this.files.length === 1 ? [this.files[0].sha256] : [];
  }

  /** Takes the time when the bytes have come, before they are in the store: there they grow old without an owner. */
  private async *timed(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
    yield* body;
    this.firstFileCameAt ??= this.clock.now();
  }
}

/** Whether it is the file that is at fault, and not the request or the service. */
function isRefusal(error: unknown): error is DomainError {
  return REFUSALS.some((refusal) => error instanceof refusal);
}

/** Of a name that was refused, what can be shown. */
function shownName(filename: string): string {
  return Array.from(filename.replaceAll(/[\p{Cc}\p{Cf}]/gu, ''))
    .slice(0, 255)
    .join('');
}
