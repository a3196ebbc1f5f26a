import { ANONYMOUS } from '@app/platform/http/caller.decorator';
import { ResumableUploadNotFound } from '@app/uploads/resumable/resumable-uploads.errors';
import { TusProtocol } from '@app/uploads/resumable/tus.protocol';
import { startApp, type TestApp } from '../support/app';
import { waitFor } from '../support/client';
import { expectProblem } from '../support/problem';
import { chunk, head, RawConnection, rawRequest } from '../support/raw-request';
import { NOTHING, openDescriptors, openFiles, traces } from '../support/traces';
import { metadata, PIECE, TUS, TusClient } from '../support/tus';

const MAX = 300_000;
const NAMED = metadata({ filename: 'a.txt' });
const ROUTE = '/upload/resumable';
const UNKNOWN = `${ROUTE}/019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5`;
const EXE = Buffer.concat([Buffer.from('MZ\x90\0\x03\0\0\0'), Buffer.alloc(10_000)]);

let service: TestApp;
let client: TusClient;
beforeEach(async () => {
  service = await startApp({ environment: { MAX_FILE_SIZE_BYTES: `${MAX}` } });
  client = new TusClient(service.url);
});
afterEach(() => service.close());

const problemOf = (status: number, code: string) => ({ status, code });
const INVALID = problemOf(400, 'invalid_tus_header');

async function expectUsable(): Promise<void> {
  const path = await client.begin(5);
  expect((await client.append(path, 0, 'hello')).headers.get('filemill-job-id')).toBeTruthy();
}

describe('a creation', () => {
  it.each<[string, Record<string, string>, number, string]>([
    ['without a name', { filetype: 'text/plain' }, 400, 'invalid_file_name'],
    ['with NUL in the name', { filename: 'a\0.txt' }, 400, 'invalid_file_name'],
    ['with CR and LF in the name', { filename: 'a\r\nX: y.txt' }, 400, 'invalid_file_name'],
    ['of a type that is not accepted', { filename: 'a.exe' }, 400, 'unsupported_file_type'],
    ['without an extension', { filename: 'a' }, 400, 'unsupported_file_type'],
    [
      'with a long description',
      { filename: 'a.txt', description: 'x'.repeat(1001) },
      422,
      'validation_failed',
    ],
    [
      'with too many tags',
      { filename: 'a.txt', tags: [...Array(21).keys()].join() },
      422,
      'validation_failed',
    ],
    ['with options that are none', { filename: 'a.txt', options: '[' }, 422, 'validation_failed'],
    ['with unknown options', { filename: 'a.txt', options: '{"x":1}' }, 422, 'validation_failed'],
    [
      'for a processor of other files',
      { filename: 'a.txt', processor: 'image' },
      422,
      'processor_not_applicable',
    ],
  ])('%s is refused before a byte is sent', async (_, fields, status, code) => {
    expectProblem(await client.create(5, fields), problemOf(status, code));
    expect(await traces(service)).toEqual(NOTHING);
  });

  it.each<[string, Record<string, string>, { status: number; code: string }]>([
    ['no length', {}, INVALID],
    ['two lengths', { 'upload-length': '5', 'upload-defer-length': '1' }, INVALID],
    ['a length below nothing', { 'upload-length': '-1' }, INVALID],
    ['a length that is no number', { 'upload-length': 'NaN' }, INVALID],
    ['a length with a fraction', { 'upload-length': '1.5' }, INVALID],
    ['a length in another notation', { 'upload-length': '1e3' }, INVALID],
    ['a length beyond the exact numbers', { 'upload-length': '99999999999999999999' }, INVALID],
    ['a length that is put off twice', { 'upload-defer-length': '2' }, INVALID],
    ['a length beyond the limit', { 'upload-length': `${MAX + 1}` }, problemOf(413, 'file_too_large')],
    ['a length of 10 GB', { 'upload-length': '10000000000' }, problemOf(413, 'file_too_large')],
    [
      'a part of a concatenation',
      { 'upload-length': '5', 'upload-concat': 'partial' },
      problemOf(501, 'unsupported_tus_extension'),
    ],
    ['metadata that are no Base64', { 'upload-length': '5', 'upload-metadata': 'filename *' }, INVALID],
    ['metadata with a name twice', { 'upload-length': '5', 'upload-metadata': 'a YQ==,a YQ==' }, INVALID],
    [
      'metadata with the name of a prototype',
      { 'upload-length': '5', 'upload-metadata': '__proto__ YQ==' },
      INVALID,
    ],
    [
      'metadata without end',
      { 'upload-length': '5', 'upload-metadata': `filename ${'YWFh'.repeat(3100)}` },
      INVALID,
    ],
    [
      'metadata of many names',
      { 'upload-length': '5', 'upload-metadata': [...Array(51).keys()].join() },
      INVALID,
    ],
  ])('with %s is refused', async (_, headers, problem) => {
    const answer = await client.send(ROUTE, { method: 'POST', headers: { ...TUS, ...NAMED, ...headers } });
    expectProblem(answer, problem);
    expect(await traces(service)).toEqual(NOTHING);
    await expectUsable();
  });

  it('that breaks off leaves nothing', async () => {
    const connection = await RawConnection.open(service.url);
    await connection.write(
      head('POST', ROUTE, { ...PIECE, ...NAMED, 'Upload-Length': '1000', 'Content-Length': '1000' }),
    );
    await connection.write('half of it');
    await waitFor(async () => (await traces(service)).growing.some(({ size }) => size === 10));
    await connection.abort();
    await waitFor(async () => (await traces(service)).growing.length === 0);
    expect(await traces(service)).toEqual(NOTHING);
  });
});

describe('a request', () => {
  it.each(['POST', 'HEAD', 'PATCH', 'DELETE'])(
    '%s in no version, or another, is not processed',
    async (method) => {
      const path = await client.begin(5);
      for (const version of [{}, { 'tus-resumable': '0.2.2' }]) {
        const headers = {
          ...PIECE,
          'tus-resumable': '',
          ...NAMED,
          'upload-length': '5',
          'upload-offset': '0',
          ...version,
        };
        const answer = await client.send(method === 'POST' ? ROUTE : path, { method, headers });
        expect([answer.status, answer.headers.get('tus-version')]).toEqual([412, '1.0.0']);
      }
      expect(await client.offset(path)).toBe(0);
    },
  );

  it.each(['HEAD', 'PATCH', 'DELETE'])('%s for an id that is none gets the same 404', async (method) => {
    for (const path of [UNKNOWN, `${ROUTE}/x`, `${ROUTE}/%00`, `${ROUTE}/..%2f..%2fx`]) {
      const answer = await client.send(path, { method, headers: { ...PIECE, 'upload-offset': '0' } });
      expect(answer.status).toBe(404);
      if (method !== 'HEAD') expectProblem(answer, problemOf(404, 'resumable_upload_not_found'));
    }
  });

  it.each(['', '-1', 'NaN', '0x0', '00', '1.5', '5e0', '99999999999999999999', undefined])(
    'PATCH at the offset %j is refused',
    async (offset) => {
      const path = await client.begin(10);
      const headers = { ...PIECE, ...(offset !== undefined && { 'upload-offset': offset }) };
      const answer = await client.send(path, { method: 'PATCH', headers, body: 'hello' });
      expectProblem(answer, INVALID);
      expect(await client.offset(path)).toBe(0);
    },
  );

  it.each<Record<string, string>>([
    { 'content-type': 'application/octet-stream' },
    { 'content-type': 'application/json' },
    { 'content-type': 'multipart/form-data; boundary=x' },
    { 'content-encoding': 'gzip' },
  ])('PATCH with %j is refused', async (headers) => {
    const path = await client.begin(2);
    const answer = await client.append(path, 0, '{}', headers);
    const problem = expectProblem(answer, problemOf(415, 'unsupported_upload_body'));
    expect(problem.accept).toBe('application/offset+octet-stream');
    expect(await client.offset(path)).toBe(0);
  });

  it('of a stranger is answered as for an unknown id, and disturbs nobody', async () => {
    const path = await client.begin(10);
    const uploadId = path.split('/').at(-1)!;
    const busy = await RawConnection.open(service.url);
    await busy.write(head('PATCH', path, { ...PIECE, 'Upload-Offset': '0', 'Content-Length': '10' }));
    await busy.write('hello');
    await waitFor(async () => (await traces(service)).growing.some(({ size }) => size === 5));
    const protocol = service.app.get(TusProtocol);
    for (const method of ['HEAD', 'PATCH', 'DELETE']) {
      const headers = new Headers({ ...PIECE, 'upload-offset': '0' });
      await expect(protocol.handle({ owner: 'mallory', method, headers, uploadId })).rejects.toThrow(
        ResumableUploadNotFound,
      );
    }
    await busy.write('world');
    expect((await busy.response()).headers.get('upload-offset')).toBe('10');
    await busy.abort();
    const headers = new Headers(TUS);
    const own = await protocol.handle({ owner: ANONYMOUS, method: 'HEAD', headers, uploadId });
    expect(own.headers.get('filemill-job-id')).toBeTruthy();
  });
});

describe('a body', () => {
  const chunked = (path: string, offset: number) =>
    head('PATCH', path, { ...PIECE, 'Upload-Offset': `${offset}`, 'Transfer-Encoding': 'chunked' });
  /** Sends for as long as it may; resolves with the answer. */
  async function endless(path: string, offset: number) {
    const connection = await RawConnection.open(service.url);
    await connection.write(chunked(path, offset));
    const over = new AbortController();
    const answered = connection.response().finally(() => over.abort());
    const piece = chunk(Buffer.alloc(10_000, 'x'));
    for (let i = 0; i < 10_000 && !over.signal.aborted; i++) await connection.write(piece);
    const answer = await answered;
    await connection.abort();
    return answer;
  }

  it('that is longer than was announced is refused before it comes', async () => {
    const path = await client.begin(10);
    await client.append(path, 0, 'hello');
    expectProblem(await client.append(path, 5, 'wide world'), problemOf(413, 'upload_length_exceeded'));
    expect(await client.offset(path)).toBe(5);
    expect((await client.append(path, 5, 'world')).status).toBe(204);
    expectProblem(await client.append(path, 10, '!'), problemOf(413, 'upload_length_exceeded'));
  });

  it('without end is cut, and nothing of it is kept', async () => {
    const path = await client.begin(100_000);
    await client.append(path, 0, 'hello');
    expectProblem(await endless(path, 5), problemOf(413, 'upload_length_exceeded'));
    expect(await client.offset(path)).toBe(5);
    expect(await client.jobs()).toEqual([]);
  });

  it('without end or announced length is cut at the limit', async () => {
    const path = await client.begin('deferred');
    expectProblem(await endless(path, 0), problemOf(413, 'file_too_large'));
    expect(await client.offset(path)).toBe(0);
    const declared = await client.append(path, 0, 'hello', { 'upload-length': `${MAX + 1}` });
    expectProblem(declared, problemOf(413, 'file_too_large'));
    await client.append(path, 0, 'hello');
    for (const length of ['4', '-5', 'x'])
      expectProblem(await client.append(path, 5, '', { 'upload-length': length }), INVALID);
    expect((await client.append(path, 5, '', { 'upload-length': '5' })).status).toBe(204);
    expectProblem(await client.append(path, 5, '', { 'upload-length': '6' }), INVALID);
  });

  it('that is not what its name says is refused as soon as that can be told, and nothing is left', async () => {
    const path = await client.begin(MAX, { filename: 'a.jpg' });
    const begun = await RawConnection.open(service.url);
    await begun.write(head('PATCH', path, { ...PIECE, 'Upload-Offset': '0', 'Content-Length': `${MAX}` }));
    await begun.write(EXE.subarray(0, 4200)); // and not a byte more
    expectProblem(await begun.response(), problemOf(400, 'unsupported_file_type'));
    await begun.abort();
    expect((await client.ask(path)).status).toBe(404);
    expect(await traces(service)).toEqual(NOTHING);
  });

  it.each([
    ['in small pieces', 5000, 1000],
    ['with its last byte', 300, 100],
  ])('that is not what its name says is refused %s too', async (_, length, size) => {
    const path = await client.begin(length, { filename: 'a.jpg' });
    let offset = 0;
    let answer = await client.append(path, 0, EXE.subarray(0, size));
    while (answer.status === 204) {
      offset += size;
      answer = await client.append(path, offset, EXE.subarray(offset, offset + size));
    }
    expectProblem(answer, problemOf(400, 'unsupported_file_type'));
    expect(offset).toBe(length - size);
    expect((await client.ask(path)).status).toBe(404);
    expect(await traces(service)).toEqual(NOTHING);
  });

  it('in single bytes is taken', async () => {
    const path = await client.begin(30);
    for (let offset = 0; offset < 29; offset++) await client.append(path, offset, 'x');
    const last = await client.append(path, 29, '\n');
    const job = await client.settled(last.headers.get('filemill-job-id')!);
    expect(job.result).toMatchObject({ char_count: 30, line_count: 1 });
  });

  it('that breaks off a thousand times leaves neither descriptors nor harm', async () => {
    const path = await client.begin(MAX);
    await client.offset(path);
    const before = openDescriptors();
    const request = head('PATCH', path, { ...PIECE, 'Upload-Offset': '0', 'Content-Length': '1000' });
    for (let round = 0; round < 50; round++) {
      const connections = await Promise.all(
        Array.from({ length: 20 }, () => RawConnection.open(service.url)),
      );
      await Promise.all(connections.map((connection) => connection.write(request)));
      await Promise.all(connections.map((connection) => connection.abort()));
    }
    await waitFor(() => openFiles(service.dataDir).every((file) => !file.includes('growing')));
    await waitFor(openDescriptors, (now) => now <= before + 5);
    expect(await client.offset(path)).toBe(0);
    expect((await client.append(path, 0, 'hello')).status).toBe(204);
  });

  it('of a creation is refused like any other', async () => {
    const headers = { ...PIECE, ...metadata({ filename: 'a.jpg' }), 'Upload-Length': `${EXE.length}` };
    const answer = await rawRequest(
      service.url,
      head('POST', ROUTE, { ...headers, 'Content-Length': `${EXE.length}` }),
      EXE,
    );
    expectProblem(answer, problemOf(400, 'unsupported_file_type'));
    expect(await traces(service)).toEqual(NOTHING);
  });
});
