import type { IncomingMessage } from 'node:http';
import { BodyTooLarge, UploadAborted } from './multipart.errors';

/** Read ahead of the consumer before the request is paused: one read of the socket. */
const READ_AHEAD_BYTES = 64 * 1024;

interface Waiter {
  resolve(chunk: Buffer | undefined): void;
  reject(error: Error): void;
}

/**
 * Pulls the chunks of a request one by one, as the socket delivered them. `request.read()` and
 * `for await` would join the buffered chunks by copying them.
 *
 * From construction on it reads ahead by at most {@link READ_AHEAD_BYTES} and one chunk.
 */
export class RequestBody {
  private readonly queue: Buffer[] = [];
  private queuedBytes = 0;
  private totalBytes = 0;
  private waiter: Waiter | undefined;
  private failure: Error | undefined;
  private ended: boolean;

  constructor(
    private readonly request: IncomingMessage,
    private readonly maxBytes: number,
    /** Sees every chunk of the body as it comes in. */
    private readonly observe?: (chunk: Buffer) => void,
  ) {
    this.ended = request.readableEnded;
    if (this.ended) return;
    if (request.destroyed) {
      this.failure = aborted(request.errored);
      return;
    }
    request.on('data', this.onData).on('end', this.onEnd).on('error', this.onError).on('close', this.onClose);
    request.resume();
  }

  /**
   * The next chunk, or undefined after the last. One call at a time.
   *
   * @throws BodyTooLarge when more than the limit has come in.
   * @throws UploadAborted when the client is gone.
   */
  async next(): Promise<Buffer | undefined> {
    if (this.failure) throw this.failure;
    const chunk = this.queue.shift();
    if (chunk) {
      this.queuedBytes -= chunk.length;
      if (this.queuedBytes < READ_AHEAD_BYTES) this.request.resume();
      return chunk;
    }
    if (this.ended) return undefined;
    if (this.waiter) throw new Error('Read the parts and their bodies one step at a time.');
    return new Promise((resolve, reject) => {
      this.waiter = { resolve, reject };
    });
  }

  /**
   * No more is wanted: a pending step rejects. What the client still sends is discarded up to the limit, so
   * that it gets to read the answer and the connection can serve the next request; past the limit the
   * request stays paused.
   */
  stop(): void {
    if (this.ended) return;
    this.fail(new Error('The parts of this request are no longer read.'));
    if (this.totalBytes <= this.maxBytes) this.request.resume();
  }

  private readonly onData = (chunk: Buffer): void => {
    this.totalBytes += chunk.length;
    if (this.totalBytes > this.maxBytes) {
      this.request.pause();
      this.fail(new BodyTooLarge(`The request body is larger than ${this.maxBytes} bytes.`));
      return;
    }
    this.observe?.(chunk);
    if (this.waiter) {
      this.waiter.resolve(chunk);
      this.waiter = undefined;
    } else if (!this.failure) {
      this.queue.push(chunk);
      this.queuedBytes += chunk.length;
      if (this.queuedBytes >= READ_AHEAD_BYTES) this.request.pause();
    }
  };

  private readonly onEnd = (): void => {
    this.ended = true;
    this.waiter?.resolve(undefined);
    this.waiter = undefined;
    this.detach();
  };

  private readonly onError = (cause: Error): void => this.fail(aborted(cause));

  private readonly onClose = (): void => {
    this.fail(aborted());
    this.detach();
  };

  private fail(error: Error): void {
    this.failure ??= error;
    this.queue.length = 0;
    this.waiter?.reject(this.failure);
    this.waiter = undefined;
  }

  private detach(): void {
    this.request
      .off('data', this.onData)
      .off('end', this.onEnd)
      .off('error', this.onError)
      .off('close', this.onClose);
  }
}

function aborted(cause?: Error | null): UploadAborted {
  return new UploadAborted('The client closed the connection before the body was complete.', {
    cause: cause ?? undefined,
  });
}
