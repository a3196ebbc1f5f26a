import { Injectable } from '@nestjs/common';
import { Server, TUS_RESUMABLE, type Locker } from '@tus/server';
import { Ids } from '../../platform/clock/ids';
import { Settings } from '../../platform/config/settings';
import type { Alongside } from '../../platform/database/database';
import { DomainError } from '../../platform/errors/domain-error';
import type { Owner } from '../../platform/http/caller.decorator';
import type { ResumableUpload, UploadState } from './resumable-upload';
import { ResumableUploadExpired, ResumableUploadNotFound } from './resumable-uploads.errors';
import { ResumableUploadsService } from './resumable-uploads.service';
import { TusDataStore } from './tus.data-store';
import { translateTusFault, type TusFault } from './tus.errors';
import { CHECKSUM_ALGORITHMS, parseChecksum } from './upload-checksum';
import { UploadLocks } from './upload-locks';

export const TUS_PATH = '/upload/resumable';

/** How long a request that somebody else wants to be over may go on, in milliseconds. */
const LET_GO_MS = 100;

/** Headers of ours, which scripts of web pages may read too. */
const JOB_ID = 'Filemill-Job-Id';
const EXPIRES = 'Upload-Expires';

/** A request of the protocol, free of any framework. */
export interface TusRequest {
  readonly owner: Owner;
  readonly method: string;
  readonly headers: Headers;
  /** Left out when a new upload is created. */
  readonly uploadId?: string;
  readonly body?: ReadableStream<Uint8Array>;
  /** Writes in the transaction that creates an upload. */
  readonly onCreated?: Alongside<ResumableUpload>;
}

export interface TusAnswer {
  readonly status: number;
  readonly headers: Headers;
}

/**
 * tus 1.0 (https://tus.io/protocols/resumable-upload) by `@tus/server`. Each request has a server of its own,
 * which costs some objects: so whose request it is, and its checksum, need no way through the library.
 */
@Injectable()
export class TusProtocol {
  constructor(
    private readonly uploads: ResumableUploadsService,
    private readonly ids: Ids,
    private readonly settings: Settings,
    private readonly locks: UploadLocks,
  ) {}

  /**
   * @throws the errors of {@link ResumableUploadsService} and {@link UploadLocks} · InvalidTusHeader ·
   * UploadOffsetMismatch · UploadLengthExceeded · FileTooLarge · UnsupportedTusExtension · UploadInterrupted
   */
  async handle(request: TusRequest): Promise<TusAnswer> {
    const { owner, headers } = request;
    const uploadId = request.uploadId ?? this.ids.next();
    const checksum = headers.get('upload-checksum');
    const maxBytes = this.settings.MAX_FILE_SIZE_BYTES;
    const store = new TusDataStore(
      this.uploads,
      owner,
      maxBytes,
      checksum === null ? undefined : parseChecksum(checksum),
      request.onCreated,
    );
    let thrown: unknown;
    const server = this.server(store, request, uploadId, (error) => (thrown = error));
    const response = await server.handleWeb(toWebRequest(request));
    const fault =
      meaningOf(store.failure) ?? thrown ?? (response.status < 400 ? undefined : await toFault(response));
    if (fault !== undefined) {
      if (request.method === 'POST') await this.forget(store);
      throw translateTusFault(fault, { uploadId, maxBytes });
    }
    return { status: response.status, headers: complete(response.headers, store.state, request.method) };
  }

  /**
   * What the creation of an upload is answered with when it comes again: the upload as it is now. Nothing when
   * the upload is gone.
   */
  async createdBefore(owner: Owner, uploadId: string): Promise<TusAnswer | undefined> {
    const headers = new Headers({ 'tus-resumable': TUS_RESUMABLE });
    try {
      const answer = await this.handle({ owner, method: 'HEAD', headers, uploadId });
      answer.headers.set('Location', `${TUS_PATH}/${uploadId}`);
      return { status: 201, headers: answer.headers };
    } catch (error) {
      if (error instanceof ResumableUploadNotFound || error instanceof ResumableUploadExpired)
        return undefined;
      throw error;
    }
  }

  private server(
    datastore: TusDataStore,
    { owner, method }: TusRequest,
    uploadId: string,
    onError: (error: unknown) => void,
  ): Server {
    return new Server({
      path: TUS_PATH,
      datastore,
      locker: toLocker(this.locks, datastore),
      maxSize: this.settings.MAX_FILE_SIZE_BYTES,
      relativeLocation: true,
      lockDrainTimeout: LET_GO_MS,
      allowedOrigins: [],
      allowedHeaders: ['Upload-Checksum'],
      exposedHeaders: [EXPIRES, JOB_ID],
      namingFunction: () => uploadId,
      getFileIdFromRequest: () => uploadId,
      // Before the lock is asked for: no stranger makes an upload's own request let go.
      onIncomingRequest: async () => {
        if (method !== 'POST') await this.uploads.expectOwner(owner, uploadId);
      },
      onResponseError: (_, error) => {
        onError(error);
        return undefined;
      },
    });
  }

  /** A creation that is refused or breaks off leaves nothing: its client never came to know the upload. */
  private async forget({ state }: TusDataStore): Promise<void> {
    if (state) await this.uploads.forget(state);
  }
}

/** Locks for the time of a request; nothing is unlocked while the store is still busy with a piece. */
function toLocker(locks: UploadLocks, store: TusDataStore): Locker {
  return {
    newLock(uploadId) {
      let release = () => {};
      return {
        async lock(signal, cancel) {
          release = await locks.acquire(uploadId, { signal, onWanted: () => void cancel() });
        },
        async unlock() {
          await store.settled;
          release();
        },
      };
    },
  };
}

function toWebRequest({ method, headers, body }: TusRequest): Request {
  return new Request(`http://tus${TUS_PATH}`, { method, headers, body, duplex: 'half' });
}

/** A failure of the store says more than that of the streams that fail along, unless it is one of those. */
function meaningOf(failure: unknown): DomainError | undefined {
  return failure instanceof DomainError ? failure : undefined;
}

async function toFault(response: Response): Promise<TusFault> {
  return { status_code: response.status, body: await response.text() };
}

/** What the library does not say, because it does not know it. */
function complete(headers: Headers, state: UploadState | undefined, method: string): Headers {
  if (method === 'OPTIONS') headers.set('Tus-Checksum-Algorithm', CHECKSUM_ALGORITHMS.join(','));
  if (state?.jobId) headers.set(JOB_ID, state.jobId);
  else if (state) headers.set(EXPIRES, new Date(state.expiresAt).toUTCString());
  return headers;
}
