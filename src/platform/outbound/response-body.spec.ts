import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { ManualClock } from '../clock/manual.clock';
import { loadSettings } from '../config/load-settings';
import { DomainError } from '../errors/domain-error';
import { Destinations } from './destinations';
import { SystemNameResolver } from './name-resolver';
import { OutboundHttp, type OutboundOptions } from './outbound-http';
import { RemoteServer } from './remote-server.harness';

const KB = 1024;
const MAX_BYTES = 100 * KB;
const OPTIONS = { timeoutMs: 60_000, idleMs: 10_000, maxBytes: MAX_BYTES };

let outbound: OutboundHttp;
let server: RemoteServer;
beforeEach(async () => {
  const settings = loadSettings({ OUTBOUND_ALLOW: '127.0.0.1' });
  outbound = new OutboundHttp(new Destinations(new SystemNameResolver(), settings), new ManualClock());
  server = await new RemoteServer().listen();
});
afterEach(() => server.close());

const get = (options: Partial<OutboundOptions> = {}) =>
  outbound.get(server.url('127.0.0.1'), { ...OPTIONS, ...options });

/** What came before the end or the error. */
async function fetched(options: Partial<OutboundOptions> = {}) {
  const chunks: Buffer[] = [];
  let error: unknown;
  try {
    const { body } = await get(options);
    for await (const chunk of body) chunks.push(chunk);
  } catch (thrown) {
    error = thrown;
  }
  const problem = error instanceof DomainError ? error.problem : undefined;
  return { bytes: Buffer.concat(chunks), error, code: problem?.code };
}

const failureOf = (step: Promise<unknown>) =>
  step.then(
    () => undefined,
    (error: unknown) => error,
  );

/** Writes the same again and again, as fast as the client reads, until it goes away. */
function writeForEver(socket: Socket, chunk: Buffer): void {
  const write = () => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on('drain', write);
  write();
}

const answerEncoded = (coding: string, body: Buffer) =>
  server.answers((_, response) => response.writeHead(200, { 'content-encoding': coding }).end(body));

describe('the body of a response', () => {
  const file = Buffer.from('line\n'.repeat(10_000));

  it('comes with its length, up to the limit exactly', async () => {
    const whole = randomBytes(MAX_BYTES);
    server.answers((_, response) => response.end(whole));
    const response = await get();
    expect(response).toMatchObject({ status: 200, length: MAX_BYTES, url: server.url('127.0.0.1') });
    response.close();
    expect((await fetched()).bytes.equals(whole)).toBe(true);
    await server.abandoned();
  });

  it.each([
    ['gzip', gzipSync(file)],
    ['x-gzip', gzipSync(file)],
    ['GZIP', gzipSync(file)],
    ['deflate', deflateSync(file)],
    ['br', brotliCompressSync(file)],
    ['identity', file],
    ['', file],
  ])('is decoded: %s', async (coding, encoded) => {
    answerEncoded(coding, encoded);
    const { bytes, error } = await fetched();
    expect(error).toBeUndefined();
    expect(bytes.equals(file)).toBe(true);
  });

  it('has no known length when it is encoded, and may be larger on the wire than decoded', async () => {
    const whole = randomBytes(MAX_BYTES);
    const encoded = gzipSync(whole);
    expect(encoded.length).toBeGreaterThan(MAX_BYTES);
    answerEncoded('gzip', encoded);
    const response = await get();
    expect(response.length).toBeUndefined();
    response.close();
    expect((await fetched()).bytes.equals(whole)).toBe(true);
  });

  it.each(['zstd', 'gzip, gzip', 'compress', 'nonsense'])(
    'is refused when it is encoded as %s',
    async (coding) => {
      answerEncoded(coding, file);
      const { bytes, code } = await fetched();
      expect(code).toBe('response_not_decodable');
      expect(bytes).toHaveLength(0);
      await server.abandoned();
    },
  );

  it('comes in chunks, in whatever case the server says so', async () => {
    server.answersRaw((socket) =>
      socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\nxy\r\n0\r\n\r\n'),
    );
    expect((await fetched()).bytes.toString()).toBe('xy');
  });

  it('is refused when it is encoded for the transfer', async () => {
    server.answersRaw((socket) =>
      socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nxy\r\n0\r\n\r\n'),
    );
    expect((await fetched()).code).toBe('response_not_decodable');
  });

  it.each(['gzip', 'deflate', 'br'])('is refused when it is no %s at all', async (coding) => {
    answerEncoded(coding, Buffer.alloc(1000, 0xff));
    expect((await fetched()).code).toBe('response_not_decodable');
  });

  it.each([
    ['gzip', gzipSync(file)],
    ['deflate', deflateSync(file)],
    ['br', brotliCompressSync(file)],
  ])('never ends well when its %s was cut short', async (coding, encoded) => {
    answerEncoded(coding, encoded.subarray(0, -2));
    expect((await fetched()).code).toBe('remote_unavailable');
  });
});

describe('a body without measure', () => {
  it('is refused by its Content-Length before it is read', async () => {
    server.answers((_, response) =>
      response.writeHead(200, { 'content-length': MAX_BYTES + 1 }).flushHeaders(),
    );
    const { code, error } = await fetched();
    expect(code).toBe('response_too_large');
    expect(error).toMatchObject({ problem: { status: 413 }, extensions: { max_response_bytes: MAX_BYTES } });
    await server.abandoned();
  });

  it('is cut off when it never ends', async () => {
    server.answersRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      writeForEver(socket, Buffer.alloc(KB));
    });
    const { code, bytes } = await fetched();
    expect(code).toBe('response_too_large');
    expect(bytes.length).toBeLessThanOrEqual(MAX_BYTES);
    await server.abandoned();
  });

  it.each([
    ['gzip', gzipSync(Buffer.alloc(16 * KB * KB))],
    ['deflate', deflateSync(Buffer.alloc(16 * KB * KB))],
    ['br', brotliCompressSync(Buffer.alloc(16 * KB * KB))],
  ])('is cut off by what a small %s decodes to', async (coding, bomb) => {
    expect(bomb.length).toBeLessThan(MAX_BYTES);
    answerEncoded(coding, bomb);
    const { code, bytes } = await fetched();
    expect(code).toBe('response_too_large');
    expect(bytes.length).toBeLessThanOrEqual(MAX_BYTES);
  });

  it('is cut off when it decodes to nothing for ever', async () => {
    server.answersRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n');
      writeForEver(socket, gzipSync(''));
    });
    expect((await fetched()).code).toBe('response_too_large');
    await server.abandoned();
  });

  it('is not fetched faster than it is read', async () => {
    let written = 0;
    server.answersRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const write = () => {
        while (!socket.destroyed && written < 64 * KB * KB && socket.write(Buffer.alloc(64 * KB)))
          written += 64 * KB;
      };
      socket.on('drain', write);
      write();
    });
    const response = await get({ maxBytes: 128 * KB * KB });
    let before = -1;
    while (written !== before) {
      before = written;
      for (let turn = 0; turn < 100; turn++) await nextTurn();
    }
    expect(written).toBeLessThan(64 * KB * KB);
    response.close();
    await server.abandoned();
  });
});

describe('an answer that breaks off', () => {
  it.each([
    ['before the head', ''],
    ['in the head', 'HTTP/1.1 200 OK\r\nContent-'],
    ['before the promised length', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive!'],
    ['before the first byte', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n'],
    ['in a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nfive!'],
    ['before the last chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfive!\r\n'],
    [
      'into a switch of protocols',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
    ],
    ['into nonsense', 'SSH-2.0-OpenSSH_9.9\r\n'],
    ['into two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nfive!'],
    [
      'into a length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['into a length that is none', 'HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nfive!'],
  ])('%s is an error, never an end', async (_, bytes) => {
    server.answersRaw((socket) => socket.end(bytes));
    const { error, code } = await fetched();
    expect(code).toBe('remote_unavailable');
    expect(error).toMatchObject({ isPassing: true, cause: { message: expect.any(String) } });
  });

  it('is one also when nobody has begun to read', async () => {
    server.answers((_, response) => response.writeHead(200, { 'content-length': 10 }).flushHeaders());
    const response = await get();
    const [socket] = server.sockets;
    socket?.resetAndDestroy();
    await server.abandoned();
    const error = await failureOf(response.body[Symbol.asyncIterator]().next());
    expect(error).toMatchObject({ problem: { code: 'remote_unavailable' } });
  });

  it('takes no more than the promised length', async () => {
    server.answersRaw((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfive! and more'));
    const { bytes, error } = await fetched();
    expect([bytes.toString(), error]).toEqual(['five!', undefined]);
  });

  it('is cut off in a head that never ends', async () => {
    server.answersRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      writeForEver(socket, Buffer.from(`X-${'x'.repeat(KB)}: y\r\n`));
    });
    expect((await fetched()).code).toBe('remote_unavailable');
    await server.abandoned();
  });
});

describe('a status that is no success', () => {
  it.each([400, 401, 403, 404, 410, 451, 204, 206, 304, 300])('%i is final', async (status) => {
    server.answers((_, response) => response.writeHead(status).end());
    const { error, code } = await fetched();
    expect(code).toBe('remote_refused');
    expect(error).toMatchObject({ isPassing: false, extensions: { remote_status: status } });
    await server.abandoned();
  });

  it.each([408, 425, 429, 500, 502, 503, 504, 599])('%i may pass, and says when', async (status) => {
    server.answers((_, response) => response.writeHead(status, { 'retry-after': '120' }).end('sorry'));
    const { error, code } = await fetched();
    expect(code).toBe('remote_unavailable');
    expect(error).toMatchObject({ isPassing: true, retryAfter: 120, extensions: { remote_status: status } });
    await server.abandoned();
  });

  it('may be a redirect to nowhere', async () => {
    server.answers((_, response) => response.writeHead(302).end());
    expect(await fetched()).toMatchObject({ error: { extensions: { remote_status: 302 } } });
  });

  it('is none when nobody listens', async () => {
    const gone = await new RemoteServer().listen();
    const url = gone.url('127.0.0.1');
    await gone.close();
    const error = await failureOf(outbound.get(url, OPTIONS));
    expect(error).toMatchObject({ problem: { code: 'remote_unavailable' }, cause: { code: 'ECONNREFUSED' } });
  });
});

it('frees the connection of every answer that was read to its end', async () => {
  server.answers((_, response) => response.end('x'));
  await Promise.all(Array.from({ length: 50 }, () => fetched()));
  await server.abandoned();
  expect(server.connectedTo).toHaveLength(50);
});
