import { startApp, type TestApp } from '../support/app';
import { Client } from '../support/client';
import { rawRequest } from '../support/raw-request';

const PAGE = 'https://app.example.org';

describe('what browsers are told', () => {
  let service: TestApp;
  let client: Client;
  let fileId: string;
  beforeAll(async () => {
    service = await startApp();
    client = new Client(service.url);
    ({ file_id: fileId } = await client.upload('<script>alert(1)</script>'));
  });
  afterAll(() => service.close());

  it.each([
    ['an answer', 'GET', '/jobs', 200],
    ['a probe', 'GET', '/livez', 200],
    ['a problem', 'GET', '/jobs/x', 404],
    ['no route', 'GET', '/nothing', 404],
    ['another method', 'PUT', '/jobs', 405],
    ['JSON that is none', 'POST', '/jobs', 400],
    ['Swagger UI', 'GET', '/docs', 200],
    ['a script of Swagger UI', 'GET', '/docs/swagger-ui-bundle.js', 200],
    ['the document', 'GET', '/docs-json', 200],
    ['the errors', 'GET', '/docs/errors', 200],
    ['preflight, without CORS', 'OPTIONS', '/jobs', 405],
  ])('with %s: what it is, and nothing else', async (_, method, path, status) => {
    const body = method === 'POST' ? { body: '{', headers: { 'content-type': 'application/json' } } : {};
    const answer = await client.send(path, { method, ...body });
    const told = (name: string) => answer.headers.get(name);
    expect([answer.status, told('x-content-type-options')]).toEqual([status, 'nosniff']);
    expect(told('content-security-policy')).toMatch(/^default-src 'none';script-src 'self';/);
    expect(told('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(told('x-frame-options')).toBe('DENY');
    expect(told('referrer-policy')).toBe('no-referrer');
    expect(told('x-powered-by')).toBeNull();
    expect(told('access-control-allow-origin')).toBeNull();
  });

  it('with what strangers uploaded: to save it, and run nothing', async () => {
    const { headers } = await client.send(`/files/${fileId}`);
    expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-disposition')).toMatch(/^attachment/);
  });

  it('with what is refused before there is a request', async () => {
    const { status, headers } = await rawRequest(service.url, 'NONSENSE / HTTP/1.1\r\n\r\n');
    expect([status, headers.get('x-content-type-options')]).toEqual([400, 'nosniff']);
  });

  it('runs no script in a page of ours but those that are files', async () => {
    for (const path of ['/docs', '/docs/errors']) {
      const page = (await client.send(path)).ok().text;
      expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=/i);
    }
  });
});

describe('pages of other origins', () => {
  let service: TestApp;
  let client: Client;
  const start = async (CORS_ORIGINS: string) => {
    service = await startApp({ environment: { CORS_ORIGINS } });
    client = new Client(service.url);
  };
  afterEach(() => service.close());

  const preflight = (origin: string, path = '/upload') =>
    client.send(path, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'idempotency-key,x-api-key',
      },
    });

  it.each([
    ['on the list', PAGE, PAGE],
    ['the second of the list', 'http://localhost:5173', 'http://localhost:5173'],
    ['not on it', 'https://evil.example', null],
    ['nearly on it', `${PAGE}.evil.example`, null],
    ['of no scheme', 'null', null],
  ])('may ask when they are %s', async (_, origin, allowed) => {
    await start(`${PAGE}, http://localhost:5173`);
    for (const answer of [await preflight(origin), await client.send('/jobs', { headers: { origin } })]) {
      expect(answer.headers.get('access-control-allow-origin')).toBe(allowed);
      expect(answer.headers.get('vary')).toMatch(/\bOrigin\b/);
      expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
    }
    const { status, headers } = await preflight(origin);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-methods')).toMatch(/POST/);
    expect(headers.get('access-control-allow-headers')).toBe('idempotency-key,x-api-key');
    expect(headers.get('access-control-max-age')).toBe('600');
  });

  it('never come with credentials when all may ask', async () => {
    await start('*');
    for (const answer of [await preflight(PAGE), await client.send('/jobs', { headers: { origin: PAGE } })]) {
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    }
  });

  it('may read what the answers say in headers, also of problems', async () => {
    await start(PAGE);
    for (const path of ['/jobs', '/jobs/x']) {
      const { headers } = await client.send(path, { headers: { origin: PAGE } });
      const exposed = headers.get('access-control-expose-headers')!.split(',');
      expect(exposed).toEqual(
        expect.arrayContaining([
          'Location',
          'Link',
          'ETag',
          'Preference-Applied',
          'Retry-After',
          'RateLimit',
          'RateLimit-Policy',
          'Upload-Offset',
          'Upload-Length',
          'Tus-Resumable',
          'Upload-Expires',
          'Filemill-Job-Id',
        ]),
      );
    }
  });

  it('leave OPTIONS that is no preflight to the route', async () => {
    await start(PAGE);
    expect((await client.send('/jobs', { method: 'OPTIONS' })).status).toBe(405);
    const { status, headers } = await client.send('/upload/resumable', { method: 'OPTIONS' });
    expect([status, headers.get('tus-version')]).toEqual([204, '1.0.0']);
  });
});
