import { once } from 'node:events';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { BodyTooLarge, UploadAborted } from './multipart.errors';
import { RequestBody } from './request-body';

const KB = 1024;

/** A request without a connection: the test pushes what the client would send. */
const openRequest = () => new IncomingMessage(new Socket());
const listenersOf = (request: IncomingMessage) =>
  ['data', 'end', 'error', 'close'].reduce((sum, event) => sum + request.listenerCount(event), 0);
const failureOf = (step: Promise<unknown>) =>
  step.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('RequestBody', () => {
  it('gives the chunks as they came, then undefined for good', async () => {
    const request = openRequest();
    const chunks = [Buffer.from('one'), Buffer.from('two')];
    for (const chunk of [...chunks, null]) request.push(chunk);
    const body = new RequestBody(request, KB);
    expect(await body.next()).toBe(chunks[0]);
    expect(await body.next()).toBe(chunks[1]);
    expect(await body.next()).toBeUndefined();
    expect(await body.next()).toBeUndefined();
    expect(listenersOf(request)).toBe(0);
    expect(await new RequestBody(request, KB).next()).toBeUndefined();
  });

  it('reads no faster than its consumer', async () => {
    const request = openRequest();
    let produced = 0;
    Object.assign(request, {
      _read: () => {
        produced++;
        request.push(Buffer.alloc(64 * KB));
      },
    });
    const body = new RequestBody(request, Infinity);
    for (let turn = 0; turn < 50; turn++) await nextTurn();
    expect(produced).toBeLessThan(6);
    for (let taken = 0; taken < 100; taken++) await body.next();
    for (let turn = 0; turn < 50; turn++) await nextTurn();
    expect(produced).toBeGreaterThanOrEqual(100);
    expect(produced).toBeLessThan(106);
  });

  it('takes exactly its limit and not a byte more', async () => {
    const request = openRequest();
    const body = new RequestBody(request, 10);
    request.push(Buffer.alloc(10));
    expect(await body.next()).toHaveLength(10);
    const pending = failureOf(body.next());
    request.push(Buffer.alloc(1));
    expect(await pending).toBeInstanceOf(BodyTooLarge);
    expect(await failureOf(body.next())).toBeInstanceOf(BodyTooLarge);
  });

  it('refuses a second step beside a pending one, which still gets its chunk', async () => {
    const request = openRequest();
    const body = new RequestBody(request, KB);
    const first = body.next();
    await expect(body.next()).rejects.toThrow(/one step at a time/);
    request.push('x');
    expect((await first)?.toString()).toBe('x');
  });

  it('rejects the pending and every later step when the client goes away', async () => {
    const request = openRequest();
    const body = new RequestBody(request, KB);
    const pending = failureOf(body.next());
    request.destroy();
    expect(await pending).toBeInstanceOf(UploadAborted);
    expect(await failureOf(body.next())).toBeInstanceOf(UploadAborted);
    if (!request.closed) await once(request, 'close');
    expect(listenersOf(request)).toBe(0);
    expect(await failureOf(new RequestBody(request, KB).next())).toBeInstanceOf(UploadAborted);
  });

  it('keeps the cause of a broken connection', async () => {
    const request = openRequest();
    const body = new RequestBody(request, KB);
    const cause = new Error('reset');
    request.destroy(cause);
    expect(await failureOf(body.next())).toMatchObject({ name: 'UploadAborted', cause });
  });

  it('once stopped, rejects the pending step and discards the rest up to the limit', async () => {
    const request = openRequest();
    const body = new RequestBody(request, 500 * KB);
    const pending = failureOf(body.next());
    body.stop();
    expect(await pending).toMatchObject({ message: expect.stringContaining('no longer read') });

    for (let sent = 0; sent < 500; sent += 50) request.push(Buffer.alloc(50 * KB));
    await nextTurn();
    expect(request.readableLength).toBe(0);
    for (let sent = 0; sent < 500; sent += 50) request.push(Buffer.alloc(50 * KB));
    await nextTurn();
    expect(request.readableLength).toBe(450 * KB);
    request.destroy();
    await once(request, 'close');
    expect(listenersOf(request)).toBe(0);
  });

  it('once stopped, reads on where it had paused', async () => {
    const request = openRequest();
    const body = new RequestBody(request, KB * KB);
    for (let sent = 0; sent < 4; sent++) request.push(Buffer.alloc(64 * KB));
    await nextTurn();
    expect(request.isPaused()).toBe(true);
    body.stop();
    await nextTurn();
    expect(request.readableLength).toBe(0);
    request.destroy();
  });
});
