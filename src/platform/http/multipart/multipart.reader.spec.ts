import { once } from 'node:events';
import {
  Agent,
  createServer,
  IncomingMessage,
  request as httpRequest,
  type ClientRequest,
  type Server,
} from 'node:http';
import { Socket } from 'node:net';
import type { DomainError } from '../../errors/domain-error';
import * as errors from './multipart.errors';
import { MultipartReader, type FilePart, type MultipartLimits, type MultipartPart } from './multipart.reader';

const LIMITS: MultipartLimits = {
  bodyBytes: 1024 * 1024,
  fields: 5,
  files: 3,
  fieldNameBytes: 100,
  fieldBytes: 1000,
  headerBytes: 8 * 1024,
};
const TYPE = 'multipart/form-data; boundary=bound';

const field = (name: string, value = '') =>
  `--bound\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const file = (content: string, filename = 'a.txt') =>
  `--bound\r\nContent-Disposition: form-data; name="file"; filename="${filename}"\r\nContent-Type: text/plain\r\n\r\n${content}\r\n`;
/** A file whose content goes on. */
const openFile = (content: string) => file(content).slice(0, -2);
const END = '--bound--\r\n';

/** A request without a connection, whose body comes in the given chunks. */
function requestOf(chunks: Iterable<Buffer>): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  request.headers['content-type'] = TYPE;
  const source = chunks[Symbol.iterator]();
  return Object.assign(request, {
    _read: () => {
      const { value, done } = source.next();
      request.push(done ? null : value);
    },
  });
}

const singleBytes = (text: string) => [...Buffer.from(text)].map((byte) => Buffer.of(byte));

interface ReadPart {
  kind: string;
  name: string;
  filename?: string;
  contentType?: string;
  content: string;
}

async function readAll(request: IncomingMessage, limits: Partial<MultipartLimits> = {}): Promise<ReadPart[]> {
  const found: ReadPart[] = [];
  for await (const part of new MultipartReader({ ...LIMITS, ...limits }).parts(request)) {
    if (part.kind === 'field') found.push({ kind: 'field', name: part.name, content: part.value });
    else found.push({ ...part, content: await contentOf(part) });
  }
  return found.map(({ kind, name, filename, contentType, content }) => ({
    kind,
    name,
    filename,
    contentType,
    content,
  }));
}

async function contentOf({ body }: FilePart): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('latin1');
}

const readText = (text: string, limits?: Partial<MultipartLimits>) =>
  readAll(requestOf([Buffer.from(text)]), limits);

async function nextFile(parts: AsyncGenerator<MultipartPart, void>): Promise<FilePart> {
  const { value } = await parts.next();
  if (value?.kind !== 'file') throw new Error('no file');
  return value;
}

const failureOf = (step: Promise<unknown>) =>
  step.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('MultipartReader', () => {
  it('yields fields and files in their order', async () => {
    expect(await readText(field('description', 'Grüße') + file('hello') + field('tags') + END)).toEqual([
      { kind: 'field', name: 'description', content: 'Grüße' },
      { kind: 'file', name: 'file', filename: 'a.txt', contentType: 'text/plain', content: 'hello' },
      { kind: 'field', name: 'tags', content: '' },
    ]);
  });

  it('yields the same from every split of the body into one, two or three chunks, and from single bytes', async () => {
    const tricky = '\r\n--boun\r\r\n-\r\n--boux--bound\r\n';
    const text = `pre\r\n${field('empty')}${file(tricky)}${file('', '')}${field('a', '\r')}${END}end`;
    const body = Buffer.from(text);
    const expected = await readText(text);
    expect(expected.map(({ content }) => content)).toEqual(['', tricky, '', '\r']);

    const outcomes = new Set<string>();
    const read = async (chunks: Buffer[]) => outcomes.add(JSON.stringify(await readAll(requestOf(chunks))));
    await read(singleBytes(text));
    for (let first = 1; first < body.length; first++) {
      await read([body.subarray(0, first), body.subarray(first)]);
      // The second cut: everywhere near the first, and in steps further on.
      for (let second = first + 1; second < body.length; second += second < first + 12 ? 1 : 37) {
        await read([body.subarray(0, first), body.subarray(first, second), body.subarray(second)]);
      }
    }
    expect([...outcomes]).toEqual([JSON.stringify(expected)]);
  });

  it('yields a browser form without a chosen file as a file without name and content', async () => {
    expect(await readText(file('', '') + END)).toMatchObject([{ kind: 'file', filename: '', content: '' }]);
  });

  it('calls the content of a file without a type octets', async () => {
    const untyped = file('x').replace('Content-Type: text/plain\r\n', '');
    expect(await readText(untyped + END)).toMatchObject([{ contentType: 'application/octet-stream' }]);
  });

  it('takes exactly as much as the limits allow', async () => {
    const body = field('n'.repeat(100), 'v'.repeat(50)) + field('b') + file('') + file('') + END;
    expect(
      await readText(body, { bodyBytes: body.length, fields: 2, files: 2, fieldBytes: 50 }),
    ).toHaveLength(4);
  });

  it('yields nothing from a form without parts', async () => {
    expect(await readText(END)).toEqual([]);
  });

  const headersOf = (bytes: number) => {
    const lines = 'Content-Disposition: form-data; name="a"\r\nX-Pad: ';
    return `--bound\r\n${lines}${'x'.repeat(bytes - lines.length)}\r\n\r\nv\r\n${END}`;
  };

  it.each([
    ['an empty body', ''],
    ['another boundary', field('a').replaceAll('bound', 'other')],
    ['no closing boundary', file('abc')],
    ['a boundary that goes on', `${field('a')}--boundary\r\n\r\n${END}`],
    ['a part without headers', `--bound\r\n\r\nx\r\n${END}`],
    ['a part that ends in its headers', `--bound\r\nContent-Disposition: form-data; name="a"\r\n${END}`],
    ['a part without name', field('') + END],
    ['a line break in the name', field('a\r\nb') + END],
    ['a line break in the filename', file('', 'a\r\nb') + END],
    ['a name of 101 bytes', field(`${'n'.repeat(99)}é`) + END],
    ['a name nested 2,000 deep', field(`a${'[b]'.repeat(2000)}`) + END],
    ['headers of 200 KB', headersOf(200_000)],
  ])('refuses %s', async (_, body) => {
    await expect(readText(body)).rejects.toThrow(errors.MalformedMultipart);
    await expect(readAll(requestOf(singleBytes(body.slice(0, 20_000))))).rejects.toThrow(
      errors.MalformedMultipart,
    );
  });

  it('refuses values that are no UTF-8', async () => {
    const body = Buffer.from(field('a', '\xFC') + END, 'latin1');
    await expect(readAll(requestOf([body]))).rejects.toThrow(errors.MalformedMultipart);
  });

  it.each([1, 7, 64 * 1024])('counts the headers to the byte, in chunks of %d', async (size) => {
    const read = (bytes: number) => {
      const body = Buffer.from(headersOf(bytes));
      const cuts = Array.from({ length: Math.ceil(body.length / size) }, (_, index) => index * size);
      return readAll(requestOf(cuts.map((cut) => body.subarray(cut, cut + size))));
    };
    expect(await read(LIMITS.headerBytes)).toMatchObject([{ name: 'a', content: 'v' }]);
    await expect(read(LIMITS.headerBytes + 1)).rejects.toThrow('longer than 8192 bytes');
  });

  it.each([
    ['one field too many', field('a').repeat(6)],
    ['one file too many', file('').repeat(4)],
    ['50,000 fields', field('a').repeat(50_000)],
    ['2,000 files', file('').repeat(2_000)],
  ])('refuses %s', async (_, parts) => {
    await expect(readText(parts + END, { bodyBytes: 10_000_000 })).rejects.toThrow(errors.TooManyParts);
  });

  it('refuses a field value over the limit', async () => {
    await expect(readText(field('a', 'v'.repeat(1001)) + END)).rejects.toThrow(errors.FieldTooLarge);
  });

  it('refuses one byte over the body limit, an endless preamble and an endless epilogue', async () => {
    const body = field('a') + END;
    await expect(readText(body, { bodyBytes: body.length - 1 })).rejects.toThrow(errors.BodyTooLarge);
    await expect(readAll(requestOf(endlessAfter('')))).rejects.toThrow(errors.BodyTooLarge);
    await expect(readAll(requestOf(endlessAfter(body)))).rejects.toThrow(errors.BodyTooLarge);
  });

  it('has a code and status for each refusal', () => {
    const kinds = Object.values(errors).map((kind) => new kind('x').problem);
    expect(kinds.map(({ code, status }) => `${code} ${status}`).toSorted()).toEqual([
      'body_too_large 413',
      'field_too_large 413',
      'malformed_multipart 400',
      'too_many_parts 400',
      'unsupported_body_type 415',
      'upload_aborted 400',
    ]);
  });

  it('hands out slices of what the socket delivered', async () => {
    const [first, second, last] = [openFile('x'), 'y', `z\r\n${END}`].map((text) => Buffer.from(text));
    const parts = new MultipartReader(LIMITS).parts(requestOf([first, second, last]));
    const { body } = await nextFile(parts);
    const found: Buffer[] = [];
    for await (const slice of body) found.push(slice);
    // The first comes with its headers, which are copied to be parsed; the bytes of the file are not.
    expect(found.map(({ buffer, byteOffset }) => [buffer, byteOffset])).toEqual([
      [first.buffer, first.byteOffset + first.length - 1],
      [second.buffer, second.byteOffset],
      [last.buffer, last.byteOffset],
    ]);
  });

  it('skips what a consumer left of a body', async () => {
    const chunks = [file('one'), openFile('t'), `wo\r\n${field('a', 'three')}${END}`].map((text) =>
      Buffer.from(text),
    );
    const parts = new MultipartReader(LIMITS).parts(requestOf(chunks));
    await nextFile(parts);
    for await (const chunk of (await nextFile(parts)).body) {
      expect(chunk.toString()).toBe('t');
      break;
    }
    expect((await parts.next()).value).toEqual({ kind: 'field', name: 'a', value: 'three' });
    expect((await parts.next()).done).toBe(true);
  });

  it('gives a body nothing once its turn is over', async () => {
    const parts = new MultipartReader(LIMITS).parts(
      requestOf([Buffer.from(file('one') + file('two') + END)]),
    );
    const first = await nextFile(parts);
    const second = await nextFile(parts);
    await expect(contentOf(first)).rejects.toThrow(/before going on/);
    expect(await contentOf(second)).toBe('two');
  });

  it('ends a pending body when the consumer stops', async () => {
    const request = Object.assign(requestOf([]), { _read: () => undefined });
    request.push(openFile('one'));
    const parts = new MultipartReader(LIMITS).parts(request);
    const body = (await nextFile(parts)).body[Symbol.asyncIterator]();
    await body.next();
    const pending = failureOf(body.next());
    await parts.return();
    expect(await pending).toMatchObject({ message: expect.stringContaining('no longer read') });
  });
});

function* endlessAfter(start: string): Generator<Buffer> {
  yield Buffer.from(start);
  for (;;) yield Buffer.alloc(4096, 'x');
}

describe('MultipartReader behind a server', () => {
  const limits = { ...LIMITS, bodyBytes: 200_000 };
  let server: Server;
  let url: string;
  let outcomes: string[];

  beforeEach(async () => {
    outcomes = [];
    server = createServer((request, response) => {
      readAll(request, limits).then(
        (parts) => {
          outcomes.push('complete');
          response.end(JSON.stringify(parts));
        },
        ({ problem, name }: DomainError) => {
          outcomes.push(name);
          response.writeHead(problem.status).end(name);
        },
      );
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening on a port');
    url = `http://127.0.0.1:${address.port}`;
  });

  afterEach(async () => {
    const closed = once(server.close(), 'close');
    server.closeAllConnections();
    await closed;
  });

  const send = (headers: Record<string, string | number> = {}, agent?: Agent) =>
    httpRequest(url, { method: 'POST', headers: { 'content-type': TYPE, ...headers }, agent });

  it('reads what fetch and FormData send', async () => {
    const form = new FormData();
    form.set('description', 'Grüße');
    form.set('file', new Blob(['hello'], { type: 'text/plain' }), 'a "b" Grüße.txt');
    const response = await fetch(url, { method: 'POST', body: form });
    expect(await response.json()).toEqual([
      { kind: 'field', name: 'description', content: 'Grüße' },
      {
        kind: 'file',
        name: 'file',
        filename: 'a "b" Grüße.txt',
        contentType: 'text/plain',
        content: 'hello',
      },
    ]);
  });

  it('refuses by Content-Length before the body comes', async () => {
    const client = send({ 'content-length': 10_000_000_000 });
    client.flushHeaders();
    expect(await answer(client)).toEqual({ status: 413, text: 'BodyTooLarge' });
    client.destroy();
  });

  it.each([
    [0, 200],
    [1, 413],
  ])('counts a chunked body: %d bytes over the limit gets %d', async (over, status) => {
    const content = 'x'.repeat(limits.bodyBytes - (file('') + END).length + over);
    const body = file(content) + END;
    const client = send();
    for (let at = 0; at < body.length; at += 7_000) client.write(body.slice(at, at + 7_000));
    client.end();
    expect((await answer(client)).status).toBe(status);
  });

  it('answers a client that sends on after a refusal, over a connection that stays usable', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const refused = send({}, agent);
    refused.end(field('a').repeat(6) + 'x'.repeat(150_000));
    expect(await answer(refused)).toEqual({ status: 400, text: 'TooManyParts' });
    const next = send({}, agent);
    next.end(field('a') + END);
    expect((await answer(next)).status).toBe(200);
    expect(next.reusedSocket).toBe(true);
    agent.destroy();
  });

  it('survives 1,000 clients that disconnect in the middle of a file', async () => {
    for (let round = 0; round < 20; round++) {
      await Promise.all(
        Array.from({ length: 50 }, () => leaveInTheMiddle(send({ 'content-length': 100_000 }))),
      );
      // The headers went out before the client left, so the server gets to see every request.
      while (outcomes.length < (round + 1) * 50) await new Promise(setImmediate);
    }
    expect(new Set(outcomes)).toEqual(new Set(['UploadAborted']));
    while ((await connectionsOf(server)) > 0) await new Promise(setImmediate);
    const client = send();
    client.end(file('whole') + END);
    expect((await answer(client)).status).toBe(200);
  });
});

async function answer(client: ClientRequest): Promise<{ status: number | undefined; text: string }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    // Later errors are expected: the server may drop the connection while a refused body is on its way.
    client.once('response', resolve).on('error', reject);
  });
  const chunks: Buffer[] = await response.toArray();
  return { status: response.statusCode, text: Buffer.concat(chunks).toString() };
}

async function leaveInTheMiddle(client: ClientRequest): Promise<void> {
  client.on('error', () => undefined);
  await new Promise((sent) => {
    client.write(openFile('half'), sent);
  });
  client.destroy();
}

const connectionsOf = (server: Server) =>
  new Promise<number>((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
