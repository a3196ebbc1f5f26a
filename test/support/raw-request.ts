import { connect, type Socket } from 'node:net';

export interface RawResponse {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

const HEAD_END = '\r\n\r\n';

/** A connection on which a test may say whatever it likes, and sees whatever comes back. */
export class RawConnection {
  private chunks: Buffer[] = [];
  private ended = false;
  private wake: () => void = () => {};
  /** Resolves when the connection is over, however it ended. */
  readonly closed: Promise<void>;

  private constructor(readonly socket: Socket) {
    socket.on('data', (bytes) => {
      this.chunks.push(bytes);
      this.wake();
    });
    socket.on('error', () => {}); // a reset is an outcome, seen by `closed`
    this.closed = new Promise((resolve) =>
      socket.once('close', () => {
        this.ended = true;
        this.wake();
        resolve();
      }),
    );
  }

  static open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => resolve(new RawConnection(socket)));
    });
  }

  /** Resolves when the system took the bytes; false when the connection is over. */
  async write(bytes: string | Uint8Array): Promise<boolean> {
    if (this.ended || this.socket.destroyed) return false;
    if (!this.socket.write(bytes)) {
      const drained = new Promise<void>((resolve) => this.socket.once('drain', resolve));
      await Promise.race([drained, this.closed]);
    }
    return !this.ended;
  }

  /** The next response; its body as `Content-Length` says. @throws Error when the connection ends first */
  async response({ withoutBody = false } = {}): Promise<RawResponse> {
    for (;;) {
      const response = this.parse(withoutBody);
      if (response) return response;
      if (this.ended) throw new Error(`Closed after ${JSON.stringify(this.received.toString('latin1'))}`);
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** What came so far. */
  get text(): string {
    return this.received.toString('utf8');
  }

  /** Everything that came until the connection was over. */
  async everything(): Promise<Buffer> {
    await this.closed;
    return this.received;
  }

  /** Goes away without a word, with a reset. */
  async abort(): Promise<void> {
    this.socket.resetAndDestroy();
    await this.closed;
  }

  private get received(): Buffer {
    if (this.chunks.length !== 1) this.chunks = [Buffer.concat(this.chunks)];
    return this.chunks[0];
  }

  private parse(withoutBody: boolean): RawResponse | undefined {
    const { received } = this;
    const end = received.indexOf(HEAD_END);
    if (end < 0) return undefined;
    const [statusLine, ...lines] = received.subarray(0, end).toString('latin1').split('\r\n');
    const headers = new Map(lines.map(headerOf));
    const from = end + HEAD_END.length;
    const to = from + (withoutBody ? 0 : Number(headers.get('content-length') ?? 0));
    if (received.length < to) return undefined;
    const text = received.toString('utf8', from, to);
    this.chunks = [received.subarray(to)];
    return { status: Number(statusLine.split(' ')[1]), headers, text };
  }
}

function headerOf(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

/** One request on a connection of its own. */
export async function rawRequest(url: string, ...bytes: (string | Uint8Array)[]): Promise<RawResponse> {
  const connection = await RawConnection.open(url);
  try {
    for (const piece of bytes) await connection.write(piece);
    return await connection.response();
  } finally {
    await connection.abort();
  }
}

/** The head of a request. */
export function head(method: string, path: string, headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries({ Host: 'test', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** A chunk of a body in the chunked transfer coding; empty for the last one. */
export function chunk(bytes: string | Uint8Array): Buffer {
  const content = Buffer.from(bytes as Uint8Array);
  return Buffer.concat([Buffer.from(`${content.length.toString(16)}\r\n`), content, Buffer.from('\r\n')]);
}
