import { gzipSync } from 'node:zlib';
import { startApp, type TestApp } from '../support/app';
import { Client, waitFor } from '../support/client';
import { BOUNDARY, CLOSE, MULTIPART, multipartBody, part, type Part } from '../support/multipart-body';
import { expectProblem, type Answered } from '../support/problem';
import { chunk, head, RawConnection, rawRequest } from '../support/raw-request';
import { NOTHING, openDescriptors, traces } from '../support/traces';

const NO_TYPE = '';
const FILE: Part = { name: 'file', filename: 'a.txt', content: 'hello' };
const fields = (count: number): Part[] =>
  Array.from({ length: count }, (_, index) => ({ name: `field${index}`, content: 'x' }));

interface Row {
  readonly body: Buffer;
  readonly type?: string | undefined;
  readonly headers?: Record<string, string>;
  readonly status: number;
  readonly code: string;
}

const malformed = (body: Buffer, type?: string): Row => ({
  body,
  type,
  status: 400,
  code: 'malformed_multipart',
});
const unsupported = (type: string, headers: Record<string, string> = {}): Row => ({
  body: multipartBody(FILE),
  type,
  headers,
  status: 415,
  code: 'unsupported_body_type',
});
const refused = (code: string, ...parts: Part[]): Row => ({
  body: multipartBody(...parts),
  status: 400,
  code,
});

const REFUSED: Record<string, Row> = {
  'an empty body': malformed(Buffer.alloc(0)),
  'no closing boundary': malformed(part(FILE)),
  'an end in the middle of a file': malformed(part(FILE).subarray(0, -4)),
  'an end in the headers of a part': malformed(part(FILE).subarray(0, 50)),
  'no boundary in the type': malformed(multipartBody(FILE), 'multipart/form-data'),
  'an empty boundary in the type': malformed(multipartBody(FILE), 'multipart/form-data; boundary='),
  'another boundary in the type': malformed(multipartBody(FILE), 'multipart/form-data; boundary=other'),
  'a boundary of 71 characters': malformed(
    multipartBody(FILE),
    `multipart/form-data; boundary=${'x'.repeat(71)}`,
  ),
  'a part without a name': malformed(Buffer.concat([Buffer.from(`--${BOUNDARY}\r\n\r\nx\r\n`), CLOSE])),
  'a part with 200 KB of headers': malformed(
    multipartBody({ ...FILE, headers: [`X-Long: ${'x'.repeat(200_000)}`] }),
  ),
  'a part with 20,000 headers': malformed(
    multipartBody({ ...FILE, headers: Array.from({ length: 20_000 }, (_, index) => `X-${index}: x`) }),
  ),
  'a field name nested 2,000 deep': malformed(multipartBody({ name: `a${'[b]'.repeat(2000)}` }, FILE)),
  'a field name of 101 bytes': malformed(multipartBody({ name: 'x'.repeat(101) }, FILE)),
  'a field that is no UTF-8': malformed(
    multipartBody({ name: 'category', content: Buffer.from([0xff]) }, FILE),
  ),
  'the type application/json': { ...unsupported('application/json'), body: Buffer.from('{}') },
  'the type text/plain': unsupported('text/plain'),
  'the type multipart/mixed': unsupported(`multipart/mixed; boundary=${BOUNDARY}`),
  'no type': unsupported(NO_TYPE),
  'Content-Encoding: gzip': {
    ...unsupported(MULTIPART, { 'content-encoding': 'gzip' }),
    body: gzipSync(multipartBody(FILE)),
  },
  'a part in base64': {
    ...unsupported(MULTIPART),
    body: multipartBody({ ...FILE, headers: ['Content-Transfer-Encoding: base64'] }),
  },
  'no part': { ...malformed(CLOSE), code: 'missing_file' },
  'no file': refused('missing_file', { name: 'category', content: 'x' }),
  'a file field where no file was chosen': refused('missing_file', { name: 'file', filename: '' }),
  'a text field called file': refused('missing_file', { name: 'file', content: 'hello' }),
  'a file under another name': refused('unexpected_field', { ...FILE, name: 'upload' }),
  'a file under another name beside the file': refused('too_many_parts', FILE, { ...FILE, name: 'upload' }),
  'a second file': refused('too_many_parts', FILE, FILE),
  'a field twice': refused('unexpected_field', { name: 'category', content: 'a' }, FILE, {
    name: 'category',
    content: 'b',
  }),
  '21 fields': refused('too_many_parts', FILE, ...fields(21)),
  '50,000 fields': refused('too_many_parts', ...fields(50_000), FILE),
  '2,000 files': refused('too_many_parts', ...Array.from({ length: 2_000 }, () => FILE)),
  'a field of 17 KB': {
    ...refused('field_too_large', FILE, { name: 'category', content: 'x'.repeat(17_000) }),
    status: 413,
  },
  'an EXE named .txt': refused('unsupported_file_type', {
    ...FILE,
    content: Buffer.from('MZ\x90\0\x03\0\0\0'),
  }),
  'a PNG named .txt': refused('unsupported_file_type', {
    ...FILE,
    content: Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
  }),
  'an EXE with its own extension': refused('unsupported_file_type', { ...FILE, filename: 'a.exe' }),
  'HTML with its own extension': refused('unsupported_file_type', { ...FILE, filename: 'a.html' }),
  'NUL beyond what is sniffed at first': refused('unsupported_file_type', {
    ...FILE,
    content: Buffer.concat([Buffer.alloc(3000, 'x'), Buffer.alloc(1)]),
  }),
};

describe('a hostile multipart body', () => {
  let service: TestApp;
  let client: Client;
  beforeAll(async () => {
    service = await startApp();
    client = new Client(service.url);
  });
  afterAll(() => service.close());

  /** fetch always sends a type. */
  async function sendWithoutType({ body }: Row): Promise<Answered> {
    return rawRequest(service.url, head('POST', '/upload', { 'Content-Length': `${body.length}` }), body);
  }

  const send = async ({ body, type = MULTIPART, headers = {} }: Row) =>
    client.sendBytes('/upload', body, { 'content-type': type, ...headers });

  it.each(Object.entries(REFUSED))('with %s is refused and leaves nothing', async (_, row) => {
    const answer = row.type === NO_TYPE ? await sendWithoutType(row) : await send(row);
    expectProblem(answer, { status: row.status, code: row.code, instance: '/upload' });
    expect(await traces(service)).toEqual(NOTHING);
    const accepted = await client.upload('the next one');
    expect((await client.delete(accepted.job_id)).status).toBe(200);
    await waitFor(
      () => traces(service),
      ({ blobs, tasks }) => blobs.length + tasks === 0,
    );
  });

  it.each([
    ['another type', unsupported('text/plain'), 'accept', 'multipart/form-data'],
    ['an encoding', unsupported(MULTIPART, { 'content-encoding': 'gzip' }), 'accept-encoding', 'identity'],
  ])('that is refused for %s hears what is accepted', async (_, row, header, value) => {
    expect((await send(row)).headers.get(header)).toBe(value);
  });

  it('with indices that other parsers make arrays of is refused within 100 ms', async () => {
    const body = multipartBody(
      { name: 'items[4294967294]', content: 'x' },
      { name: 'items[x]', content: 'y' },
      FILE,
    );
    const times: number[] = [];
    let answer: Answered;
    do {
      const started = performance.now();
      answer = await send({ body, status: 422, code: '' });
      times.push(performance.now() - started);
    } while (times.length < 3);
    expect(Math.min(...times)).toBeLessThan(100);
    // As fields they are well formed, but the schema knows neither.
    const { errors } = expectProblem(answer, { status: 422, code: 'validation_failed' });
    expect(errors?.map(({ field }) => field)).toEqual(['items[4294967294]', 'items[x]']);
  });

  it.each(['__proto__', 'constructor', 'prototype', 'hasOwnProperty', '__proto__[x]'])(
    'with a field called %s does no harm',
    async (name) => {
      const answer = await send({ body: multipartBody({ name, content: 'x' }, FILE), status: 0, code: '' });
      expect([200, 422]).toContain(answer.status);
      expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
      expect((await client.upload('x')).category).toBeNull();
    },
  );

  it('with exactly the allowed number of parts is read to its end', async () => {
    const known = ['description', 'tags', 'category'].map((name) => ({ name, content: 'x' }));
    expect((await send({ body: multipartBody(...known, FILE), status: 200, code: '' })).status).toBe(200);
    // Twenty fields are let through to the schema.
    const answer = await send({ body: multipartBody(...fields(20), FILE), status: 422, code: '' });
    expect(expectProblem(answer, { status: 422, code: 'validation_failed' }).errors).toHaveLength(20);
  });

  it.each(['before', 'after'])('is welcome with fields that come %s the file', async (order) => {
    const field = { name: 'category', content: 'x' };
    const parts = order === 'before' ? [field, FILE] : [FILE, field];
    const answer = await send({ body: multipartBody(...parts), status: 200, code: '' });
    expect(answer.json<{ category: string }>().category).toBe('x');
  });

  it('is welcome in whatever pieces it comes', async () => {
    const connection = await RawConnection.open(service.url);
    const content = `one\r\n--${BOUNDARY.slice(0, -1)}\r\ntwo`;
    await connection.write(
      head('POST', '/upload', { 'Content-Type': MULTIPART, 'Transfer-Encoding': 'chunked' }),
    );
    for (const byte of multipartBody({ ...FILE, content })) await connection.write(chunk(Buffer.of(byte)));
    await connection.write(chunk(''));
    const answer = await connection.response();
    expect(answer.status).toBe(200);
    const { file_id } = JSON.parse(answer.text) as { file_id: string };
    expect((await client.send(`/files/${file_id}`)).text).toBe(content);
    await connection.abort();
  });
});

describe('clients that go away', () => {
  it('in the middle of a file, 1,000 times, leave nothing open and nothing stored', async () => {
    const service = await startApp();
    try {
      const client = new Client(service.url);
      await client.delete((await client.upload('warm up')).job_id);
      await waitFor(
        () => traces(service),
        ({ blobs, tasks }) => blobs.length + tasks === 0,
      );
      const baseline = openDescriptors();
      const begin = head('POST', '/upload', { 'Content-Type': MULTIPART, 'Content-Length': '1000000' });
      const beginning = Buffer.concat([Buffer.from(begin), part({ ...FILE, content: 'x'.repeat(10_000) })]);

      for (let round = 0; round < 20; round++) {
        const connections = await Promise.all(
          Array.from({ length: 50 }, () => RawConnection.open(service.url)),
        );
        await Promise.all(connections.map((connection) => connection.write(beginning)));
        // The first ones are being written, the last ones may not even have been read.
        if (round % 2 === 0)
          await waitFor(
            () => traces(service),
            ({ unfinished }) => unfinished.length > 10,
          );
        await Promise.all(connections.map((connection) => connection.abort()));
      }

      expect(
        await waitFor(
          () => traces(service),
          ({ unfinished }) => unfinished.length === 0,
        ),
      ).toEqual(NOTHING);
      await waitFor(openDescriptors, (count) => count <= baseline);
      const { job_id } = await client.upload('still there');
      expect((await client.settled(job_id)).status).toBe('completed');
    } finally {
      await service.close();
    }
  });
});
