import { FilemillError } from './errors.js';
import { pause } from './pause.js';

/** The service shows every 15 seconds that it is there: a connection without a sign for so long is lost. */
const SILENCE_MS = 45_000;
const RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 30_000;

/** A block of a stream of Server-Sent Events (WHATWG HTML, section 9.2.6). One without data is none of them. */
export interface StreamBlock {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
  /** Milliseconds to wait before connecting again. */
  readonly retryMs?: number;
}

/** Asks for the events after the one that was seen last. */
export type Connect = (lastEventId: string | undefined, signal: AbortSignal) => Promise<Response>;

export interface FollowOptions {
  readonly signal?: AbortSignal;
  readonly lastEventId?: string;
  /** Told whenever the connection stands, and whenever it is lost. */
  readonly onConnection?: (isConnected: boolean) => void;
  /** Whether nothing follows when the service ends the stream after this event. */
  readonly isEnd?: (block: StreamBlock) => boolean;
}

/**
 * The events of a stream, in one piece however often the connection is lost. Ends when the service says
 * that nothing follows.
 *
 * @throws what the first connection throws · FilemillError for what will not pass · the reason of the signal
 */
export async function* follow(
  connect: Connect,
  { signal, lastEventId, onConnection = () => {}, isEnd = () => false }: FollowOptions,
): AsyncGenerator<StreamBlock, void> {
  let retryMs = RETRY_MS;
  let wasConnected = false;
  for (let failures = 0; ; failures++) {
    let last: StreamBlock = {};
    const watchdog = new Watchdog(signal);
    try {
      const response = await connect(lastEventId, watchdog.signal);
      if (response.status === 204 || !response.body) return;
      wasConnected = true;
      onConnection(true);
      for await (const block of readBlocks(response.body, () => watchdog.reset())) {
        failures = 0;
        retryMs = block.retryMs ?? retryMs;
        lastEventId = block.id ?? lastEventId;
        if (block.data === undefined) continue;
        last = block;
        yield block;
      }
      if (isEnd(last)) return;
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (!wasConnected || !mayPass(error)) throw error;
      retryMs = Math.max(retryMs, retryAfterMs(error));
    } finally {
      watchdog.stop();
    }
    onConnection(false);
    await pause(Math.min(retryMs * 2 ** failures, LONGEST_RETRY_MS), signal);
  }
}

/** Aborts with a signal, or when {@link reset} was not called for too long. */
class Watchdog {
  private readonly controller = new AbortController();
  private readonly abort = () => this.controller.abort(this.outer?.reason);
  private timer: ReturnType<typeof setTimeout>;

  constructor(private readonly outer?: AbortSignal) {
    this.timer = this.start();
    outer?.addEventListener('abort', this.abort, { once: true });
    if (outer?.aborted) this.abort();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  reset(): void {
    clearTimeout(this.timer);
    this.timer = this.start();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.outer?.removeEventListener('abort', this.abort);
  }

  private start() {
    const silent = new TypeError('The connection has gone silent.');
    return setTimeout(() => this.controller.abort(silent), SILENCE_MS);
  }
}

/** The network, and answers that are another one later. */
function mayPass(error: unknown): boolean {
  if (error instanceof FilemillError) return error.status === 429 || error.status >= 500;
  return error instanceof Error;
}

function retryAfterMs(error: unknown): number {
  if (!(error instanceof FilemillError)) return 0;
  return Number(error.response.headers.get('Retry-After') ?? 0) * 1000 || 0;
}

/** @param onBytes - called whenever anything came */
async function* readBlocks(
  body: ReadableStream<Uint8Array>,
  onBytes: () => void,
): AsyncGenerator<StreamBlock, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return; // a block without its end does not count
      onBytes();
      const blocks = `${text}${decoder.decode(value, { stream: true })}`.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) yield parseBlock(block);
    }
  } finally {
    await reader.cancel().catch(() => {}); // it may have failed already
  }
}

/** The service ends its lines with a line feed alone. */
function parseBlock(text: string): StreamBlock {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue; // a comment
    const before = fields.get(name);
    fields.set(name, name === 'data' && before !== undefined ? `${before}\n${value}` : value);
  }
  const retry = fields.get('retry');
  return {
    id: fields.get('id'),
    event: fields.get('event'),
    data: fields.get('data'),
    retryMs: retry === undefined ? undefined : Number(retry),
  };
}
