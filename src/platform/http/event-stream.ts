import type { Request, Response } from 'express';

export const EVENT_STREAM = 'text/event-stream';
export const NDJSON = 'application/x-ndjson';

type Format = typeof EVENT_STREAM | typeof NDJSON;

/** How long a client waits before it connects again, in milliseconds. */
const RETRY_MS = 2_000;
const BEAT: Readonly<Record<Format, string>> = { [EVENT_STREAM]: ':\n\n', [NDJSON]: '\n' };

/** One event, written out once however many connections it goes to. */
export class StreamedEvent {
  private readonly encoded = new Map<Format, Buffer>();

  /**
   * @param data - anything that JSON can say
   * @param id - where a client that has it goes on; an event without one can be missed
   */
  constructor(
    readonly event: string,
    readonly data: object,
    readonly id?: string,
  ) {}

  as(format: Format): Buffer {
    const known = this.encoded.get(format);
    if (known) return known;
    const bytes = Buffer.from(format === NDJSON ? this.asLine() : this.asBlock());
    this.encoded.set(format, bytes);
    return bytes;
  }

  private asLine(): string {
    const { id, event, data } = this;
    return `${JSON.stringify({ ...(id !== undefined && { id }), event, data })}\n`;
  }

  private asBlock(): string {
    const id = this.id === undefined ? '' : `id: ${this.id}\n`;
    return `${id}event: ${this.event}\ndata: ${JSON.stringify(this.data)}\n\n`;
  }
}

/**
 * An answer that goes on: Server-Sent Events (WHATWG HTML, section 9.2), or the same as a JSON document a
 * line for those who prefer `application/x-ndjson`. Nothing is held back for a client that does not read:
 * whoever sends looks at {@link isBlocked} first.
 */
export class EventStream {
  private constructor(
    private readonly response: Response,
    private readonly format: Format,
  ) {}

  /** Sends the headers at once. @param lastEventId - where a client goes on that loses the connection before the first event */
  static open(request: Request, response: Response, lastEventId: string): EventStream {
    const format = request.accepts([EVENT_STREAM, NDJSON]) === NDJSON ? NDJSON : EVENT_STREAM;
    response.writeHead(200, {
      'Content-Type': format,
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no', // nginx would collect what is to be seen at once
      Vary: 'Accept',
    });
    response.flushHeaders();
    if (format === EVENT_STREAM) response.write(`retry: ${RETRY_MS}\nid: ${lastEventId}\n\n`);
    if (request.method === 'HEAD') response.end();
    return new EventStream(response, format);
  }

  /** Whether anybody can still be told anything. */
  get isOpen(): boolean {
    return !this.response.writableEnded && !this.response.destroyed;
  }

  /** Whether the client has not taken what it was sent. */
  get isBlocked(): boolean {
    return this.response.writableNeedDrain;
  }

  send(event: StreamedEvent): void {
    this.response.write(event.as(this.format));
  }

  /** Shows that the connection lives, if there is nothing else to be sent. */
  beat(): void {
    if (this.isOpen && !this.isBlocked) this.response.write(BEAT[this.format]);
  }

  end(): void {
    this.response.end();
  }

  /** Calls back once the connection is over, also when it is already. */
  onClose(callback: () => void): void {
    if (this.response.closed || this.response.destroyed) callback();
    else this.response.once('close', callback);
  }

  /** Resolves when the client has taken what it was sent, or is gone. */
  drained(): Promise<void> {
    if (!this.isBlocked || !this.isOpen) return Promise.resolve();
    const { response } = this;
    return new Promise((resolve) => {
      const done = () => {
        response.off('drain', done).off('close', done);
        resolve();
      };
      response.once('drain', done).once('close', done);
    });
  }
}
