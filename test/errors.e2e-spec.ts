import { problemCatalog } from '@app/platform/errors/domain-error';
import { gzipSync } from 'node:zlib';
import { startApp, type TestApp } from './support/app';
import { Client } from './support/client';
import { MULTIPART } from './support/multipart-body';
import { expectProblem } from './support/problem';
import { head, RawConnection, rawRequest } from './support/raw-request';

const UNKNOWN = '019a9c1e-7b3d-7c52-8a41-5d8f3c9b2e10';

describe('errors', () => {
  let service: TestApp;
  let client: Client;
  beforeAll(async () => {
    service = await startApp();
    client = new Client(service.url);
  });
  afterAll(() => service.close());

  const json = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
    client.sendBytes('/jobs', Buffer.from(body as string), {
      'content-type': 'application/json',
      ...headers,
    });

  it.each(['/nothing', '/jobs/x/y/z', '/upload/x', '/files/a/b', '/%2e%2e/%2e%2e/etc/passwd', '/docs/none'])(
    'GET %s: 404, no such route',
    async (path) => {
      expectProblem(await client.send(path), { status: 404, code: 'route_not_found' });
    },
  );

  const MALFORMED = [
    'x',
    '1',
    'null',
    '%00',
    '..%2f..%2fetc%2fpasswd',
    '%2e%2e',
    `${UNKNOWN}x`,
    UNKNOWN.slice(1),
  ];
  it.each(
    [UNKNOWN, UNKNOWN.toUpperCase(), ...MALFORMED, 'x'.repeat(300), '%F0%9F%A6%84', "'%20or%201=1"].flatMap(
      (id) => [
        ['GET', `/jobs/${id}`, 'job_not_found'],
        ['DELETE', `/jobs/${id}`, 'job_not_found'],
        ['GET', `/jobs/${id}/result`, 'job_not_found'],
        ['POST', `/jobs/${id}/cancel`, 'job_not_found'],
        ['POST', `/jobs/${id}/retry`, 'job_not_found'],
        ['GET', `/files/${id}`, 'file_not_found'],
      ],
    ),
  )('%s %s: 404, as any id that there is not', async (method, path, code) => {
    // A raw request: fetch would resolve the dots itself.
    const answer = await rawRequest(service.url, head(method, path));
    const { detail } = expectProblem(answer, { status: 404, code, instance: path });
    expect(detail).toMatch(/^There is no such (job|file)\.$/);
  });

  it.each(['/jobs/%ff', '/files/%E0%A4%A', '/jobs/%'])('GET %s: 400, cannot be decoded', async (path) => {
    const answer = await rawRequest(service.url, head('GET', path));
    expectProblem(answer, { status: 400, code: 'malformed_request' });
  });

  it.each([
    ['PUT', '/upload', 'POST'],
    ['GET', '/upload', 'POST'],
    ['HEAD', '/upload', 'POST'],
    ['DELETE', '/jobs', 'GET, HEAD, POST'],
    ['PATCH', `/jobs/${UNKNOWN}`, 'DELETE, GET, HEAD'],
    ['GET', `/jobs/${UNKNOWN}/cancel`, 'POST'],
    ['GET', `/jobs/${UNKNOWN}/retry`, 'POST'],
    ['PUT', `/jobs/${UNKNOWN}/result`, 'GET, HEAD'],
    ['DELETE', `/files/${UNKNOWN}`, 'GET, HEAD'],
    ['POST', '/files', 'GET, HEAD'],
    ['POST', '/livez', 'GET, HEAD'],
    ['POST', '/docs-json', 'GET, HEAD'],
    ['PROPFIND', '/jobs', 'GET, HEAD, POST'],
    ['TRACE', '/jobs', 'GET, HEAD, POST'],
  ])('%s %s: 405, with what is allowed', async (method, path, allow) => {
    const connection = await RawConnection.open(service.url);
    await connection.write(head(method, path));
    const withoutBody = method === 'HEAD';
    const answer = await connection.response({ withoutBody });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
    if (!withoutBody) expectProblem(answer, { status: 405, code: 'method_not_allowed', instance: path });
    await connection.abort();
  });

  it.each(['{', '{"file_id":}', 'null', '"x"', 'file_id=x', '\0'])(
    'the JSON %j: 400, malformed',
    async (body) => {
      expectProblem(await json(body), { status: 400, code: 'malformed_request', instance: '/jobs' });
    },
  );

  it.each([
    ['application/x-www-form-urlencoded', 'file_id=x'],
    ['text/plain', '{}'],
    ['application/xml', '<x/>'],
    [MULTIPART, ''],
    ['application/jsonx', '{}'],
    ['nonsense', '{}'],
    ['application/json; charset=latin1', '{}'],
  ])('a body of the type %s where JSON is due: 415, with what is accepted', async (type, body) => {
    const answer = await json(body, { 'content-type': type });
    expectProblem(answer, { status: 415, code: 'unsupported_media_type' });
    expect(answer.headers.get('accept')).toBe('application/json');
  });

  it('a body of no type where JSON is due: 415', async () => {
    const answer = await rawRequest(service.url, head('POST', '/jobs', { 'Content-Length': '2' }), '{}');
    expectProblem(answer, { status: 415, code: 'unsupported_media_type' });
  });

  it('JSON in an unknown encoding: 415; in one that is not what it says: 400', async () => {
    const unknown = await json('{}', { 'content-encoding': 'compress' });
    expectProblem(unknown, { status: 415, code: 'unsupported_media_type' });
    const wrong = await json('{}', { 'content-encoding': 'gzip' });
    expectProblem(wrong, { status: 400, code: 'malformed_request' });
  });

  it('JSON that is too large, as it comes or unpacked: 413', async () => {
    const large = JSON.stringify({ file_id: 'x'.repeat(200_000) });
    expectProblem(await json(large), { status: 413, code: 'request_too_large' });
    const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
    expect(bomb.length).toBeLessThan(100_000);
    const answer = await json(bomb, { 'content-encoding': 'gzip' });
    expectProblem(answer, { status: 413, code: 'request_too_large' });
  });

  it('values that break the schema: 422, each with what is wrong', async () => {
    const answer = await client.sendJson('/jobs', { file_id: 'x', processor: 'Text', a: 1, b: { c: 2 } });
    const { errors } = expectProblem(answer, { status: 422, code: 'validation_failed', instance: '/jobs' });
    expect(errors).toEqual([
      { field: 'a', message: 'property a should not exist' },
      { field: 'b', message: 'property b should not exist' },
      { field: 'file_id', message: 'file_id must be a UUID' },
      { field: 'processor', message: expect.stringMatching(/^processor must be the name/) },
    ]);
  });

  it('takes a path and query as the instance, without the query', async () => {
    const answer = await client.send('/jobs?limit=x&token=secret');
    expectProblem(answer, { status: 422, code: 'validation_failed', instance: '/jobs' });
    expect(answer.text).not.toContain('secret');
  });

  it.each([
    ['abc-123_x.y', true],
    ['x'.repeat(100), true],
    ['x'.repeat(101), false],
    ['two words', false],
    ['<script>', false],
    ['', false],
  ])('takes the request id %j only when it is harmless: %s', async (id, taken) => {
    const answer = await rawRequest(service.url, head('GET', '/nothing', { 'X-Request-Id': id }));
    const { request_id } = expectProblem(answer, { status: 404, code: 'route_not_found' });
    expect(request_id === id).toBe(taken);
    expect(request_id).toMatch(/^[\w.-]+$/);
  });

  it('explains every kind of error where its type points to', async () => {
    const { status, text, headers } = await client.send('/docs/errors');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    for (const { code, title } of problemCatalog()) {
      expect(text).toContain(`<section id="${code}">`);
      expect(text).toContain(title);
    }
  });
});

describe('what is no HTTP', () => {
  let service: TestApp;
  beforeAll(async () => (service = await startApp()));
  afterAll(() => service.close());

  it.each([
    ['a method there is not', 'NONSENSE /jobs HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'malformed_request'],
    ['no request line', 'hello\r\n\r\n', 400, 'malformed_request'],
    ['a header without a colon', 'GET / HTTP/1.1\r\nHost\r\n\r\n', 400, 'malformed_request'],
    ['CR in a header', 'GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n', 400, 'malformed_request'],
    ['an escape sequence in a header', head('GET', '/', { A: '\u001b[31m' }), 400, 'malformed_request'],
    [
      'two lengths of one body',
      'POST /jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
      'malformed_request',
    ],
    [
      'a length beside chunks',
      'POST /jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
      'malformed_request',
    ],
    ['headers of 64 KB', head('GET', '/', { A: 'x'.repeat(65_536) }), 431, 'headers_too_large'],
    ['a path of 64 KB', head('GET', `/${'x'.repeat(65_536)}`), 431, 'headers_too_large'],
  ])('%s: an answer all the same, and the connection closed', async (_, bytes, status, code) => {
    const connection = await RawConnection.open(service.url);
    await connection.write(bytes);
    const answer = await connection.response();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
    expect(JSON.parse(answer.text)).toEqual({
      type: `/docs/errors#${code}`,
      title: expect.any(String),
      status,
      detail: expect.any(String),
      code,
    });
    expect(answer.headers.get('connection')).toBe('close');
    await connection.closed;
  });
});
