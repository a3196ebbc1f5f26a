import { randomBytes } from 'node:crypto';
import { getEventListeners } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { ManualClock } from '../clock/manual.clock';
import { loadSettings } from '../config/load-settings';
import { Destinations } from './destinations';
import { NameResolver } from './name-resolver';
import { OutboundHttp, type OutboundOptions } from './outbound-http';
import { RemoteServer } from './remote-server.harness';
import { Vigil } from './vigil';

const KB = 1024;
const TIMEOUT_MS = 60_000;
const IDLE_MS = 10_000;
const OPTIONS = { timeoutMs: TIMEOUT_MS, idleMs: IDLE_MS, maxBytes: 100 * KB };

/** Never answers: what hangs before any connection. */
class SilentResolver extends NameResolver {
  override resolve(): Promise<never> {
    return new Promise(() => {});
  }
}

let clock: ManualClock;
let outbound: OutboundHttp;
let server: RemoteServer;
beforeEach(async () => {
  clock = new ManualClock();
  const settings = loadSettings({ OUTBOUND_ALLOW: '127.0.0.1' });
  outbound = new OutboundHttp(new Destinations(new SilentResolver(), settings), clock);
  server = await new RemoteServer().listen();
});
afterEach(() => server.close());

const get = (options: Partial<OutboundOptions> = {}) =>
  outbound.get(server.url('127.0.0.1'), { ...OPTIONS, ...options });

const failureOf = (step: Promise<unknown>) =>
  step.then(
    () => undefined,
    (error: unknown) => error,
  );

async function readAll(options: Partial<OutboundOptions> = {}): Promise<void> {
  for await (const chunk of (await get(options)).body) expect(chunk.length).toBeGreaterThan(0);
}

describe('time', () => {
  const flushing = () =>
    server.answers((_, response) => {
      response.writeHead(200).write('begun');
    });

  it('ends what resolves for too long', async () => {
    const error = failureOf(
      outbound.get('http://files.test/', { timeoutMs: 5000, idleMs: IDLE_MS, maxBytes: 1 }),
    );
    clock.advance(5000);
    expect(await error).toMatchObject({ problem: { code: 'remote_timeout' }, isPassing: true });
  });

  it('ends an answer that does not begin', async () => {
    const asked = new Promise<void>((resolve) => server.answers(() => resolve()));
    const error = failureOf(get());
    await asked;
    clock.advance(IDLE_MS);
    expect(await error).toMatchObject({ problem: { code: 'remote_timeout' } });
    await server.abandoned();
  });

  it('ends a head that drips, however often something comes', async () => {
    const asked = new Promise<Socket>((resolve) => server.answersRaw(resolve));
    const error = failureOf(get());
    const socket = await asked;
    for (const drip of ['HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 200 OK\r\n', 'X-A: b\r\n']) {
      socket.write(drip);
      for (let turn = 0; turn < 20; turn++) await nextTurn();
      clock.advance(Math.ceil(IDLE_MS / 3));
    }
    expect(await error).toMatchObject({ problem: { code: 'remote_timeout' } });
    await server.abandoned();
  });

  it.each([
    ['for one byte', IDLE_MS, { idleMs: IDLE_MS }],
    ['as a whole', TIMEOUT_MS, { idleMs: 2 * TIMEOUT_MS }],
  ])('ends a body that takes too long %s', async (_, ms, options) => {
    flushing();
    const body = (await get(options)).body[Symbol.asyncIterator]();
    expect((await body.next()).value?.toString()).toBe('begun');
    const error = failureOf(body.next());
    clock.advance(ms - 1);
    expect(server.sockets.size).toBe(1);
    clock.advance(1);
    expect(await error).toMatchObject({ problem: { code: 'remote_timeout' } });
    expect(await body.next()).toEqual({ done: true, value: undefined });
    await server.abandoned();
  });

  it('goes on as long as bytes come, and is not idle while nobody asks for more', async () => {
    let write: (text: string) => void = () => {};
    server.answers((_, response) => {
      write = (text) => response.write(text);
      response.writeHead(200).write('0');
    });
    const body = (await get()).body[Symbol.asyncIterator]();
    for (let count = 0; count < 4; count++) {
      const next = body.next();
      if (count > 0) write(String(count));
      expect((await next).value?.toString()).toBe(String(count));
      clock.advance(IDLE_MS);
    }
    await body.return?.();
    await server.abandoned();
  });

  it('ends as a whole also while nobody asks for more', async () => {
    flushing();
    const { body } = await get();
    clock.advance(TIMEOUT_MS);
    await server.abandoned();
    expect(await failureOf(body[Symbol.asyncIterator]().next())).toMatchObject({
      problem: { code: 'remote_timeout' },
    });
  });
});

describe('a caller who has enough', () => {
  const stop = new Error('Stop.');

  it('has made no connection when the signal was aborted before', async () => {
    const signal = AbortSignal.abort(stop);
    expect(await failureOf(get({ signal }))).toBe(stop);
    expect(await failureOf(outbound.get('http://files.test/', { ...OPTIONS, signal }))).toBe(stop);
    expect(server.connectedTo).toEqual([]);
  });

  it('gets the reason of the signal while a name is resolved', async () => {
    const end = new AbortController();
    const error = failureOf(
      outbound.get('http://files.test/', { signal: end.signal, timeoutMs: 1, idleMs: 1, maxBytes: 1 }),
    );
    end.abort(stop);
    expect(await error).toBe(stop);
  });

  it('gets it before the head, and the connection is gone', async () => {
    const asked = new Promise<void>((resolve) => server.answers(() => resolve()));
    const end = new AbortController();
    const error = failureOf(get({ signal: end.signal }));
    await asked;
    end.abort(stop);
    expect(await error).toBe(stop);
    await server.abandoned();
  });

  it.each(['identity', 'gzip'])(
    'gets it in the middle of a body in %s, and the connection is gone',
    async (coding) => {
      const half =
        coding === 'gzip' ? gzipSync(randomBytes(80 * KB)).subarray(0, 60 * KB) : Buffer.from('half');
      server.answers((_, response) => {
        response.writeHead(200, { 'content-encoding': coding }).write(half);
      });
      const end = new AbortController();
      const { body } = await get({ signal: end.signal });
      const reader = (async () => {
        for await (const chunk of body) {
          expect(chunk.length).toBeGreaterThan(0);
          end.abort(stop);
        }
      })();
      expect(await failureOf(reader)).toBe(stop);
      await server.abandoned();
    },
  );

  it.each(['identity', 'gzip'])('stops to read in %s, and the connection is gone', async (coding) => {
    const bytes = randomBytes(80 * KB);
    server.answers((_, response) => {
      response.writeHead(200, { 'content-encoding': coding });
      response.write(coding === 'gzip' ? gzipSync(bytes).subarray(0, 60 * KB) : bytes);
    });
    for await (const chunk of (await get()).body) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await server.abandoned();
  });

  it('leaves no listener and no timer behind', async () => {
    const { signal } = new AbortController();
    server.answers((_, response) => response.end('x'));
    await readAll({ signal });
    server.answers((_, response) => response.writeHead(404).end());
    expect(await failureOf(readAll({ signal }))).toMatchObject({ problem: { code: 'remote_refused' } });
    expect(getEventListeners(signal, 'abort')).toEqual([]);

    const vigil = new Vigil(clock, OPTIONS);
    for (const step of [Promise.resolve(), Promise.reject(stop)]) await failureOf(vigil.over(step));
    expect(getEventListeners(vigil.signal, 'abort')).toEqual([]);
    vigil.end();
    expect(clock['timers'].size).toBe(0);
  });
});
