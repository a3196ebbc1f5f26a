import { startApp, type TestApp } from './support/app';
import { Client } from './support/client';
import { expectProblem } from './support/problem';

let service: TestApp;
let client: Client;
beforeAll(async () => {
  service = await startApp({ environment: { MAX_FILE_SIZE_BYTES: '1000', ALLOWED_EXTENSIONS: '.txt,.md' } });
  client = new Client(service.url);
});
afterAll(() => service.close());

describe('the page', () => {
  const script = async () => /\.(\/assets\/[\w-]+\.js)"/.exec((await client.send('/')).text)![1];

  it.each(['/', '/background', '/?utm=1'])(
    'is served at %s, with a policy that allows nothing inline',
    async (path) => {
      const answer = (await client.send(path)).ok();
      expect(answer.headers.get('content-type')).toBe('text/html;charset=utf-8');
      expect(answer.headers.get('cache-control')).toBe('no-cache');
      const policy = answer.headers.get('content-security-policy')!;
      expect(policy).toContain("default-src 'none';script-src 'self';style-src 'self'");
      expect(policy).not.toContain('unsafe');
      expect(answer.text).toContain('<div id="root">');
      expect(answer.text).not.toMatch(/(?:src|href)="(?:\/|https?:)/); // it may be below a path of a proxy
    },
  );

  it('has scripts that are packed, and stay as they are', async () => {
    const answer = (await client.send(await script(), { headers: { 'accept-encoding': 'br' } })).ok();
    expect(answer.headers.get('content-encoding')).toBe('br');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('is told when it has not changed', async () => {
    const etag = (await client.send('/')).headers.get('etag')!;
    expect((await client.send('/', { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  it('takes no notice of ranges, not even of those that make no sense', async () => {
    for (const range of ['bytes=5-1', 'bytes=99999999-', 'lines=1'])
      expect((await client.send(await script(), { headers: { range } })).status).toBe(200);
  });

  it.each(['/assets/', '/assets/none.js', '/assets/..%2f..%2fpackage.json', '/background/', '/index.html'])(
    'leaves %s a problem',
    async (path) => expectProblem(await client.send(path), { status: 404, code: 'route_not_found' }),
  );

  it('is for reading', async () => {
    expect((await client.send('/', { method: 'HEAD' })).status).toBe(200);
    expectProblem(await client.send('/', { method: 'POST' }), { status: 404, code: 'route_not_found' });
  });
});

it('is told what is accepted, with or without credentials', async () => {
  const closed = await startApp({ environment: { AUTH_REQUIRED: 'true' } });
  try {
    expect((await client.send('/limits')).ok().json()).toEqual({
      max_file_size_bytes: 1000,
      max_files_per_request: 20,
      extensions: ['.md', '.txt'],
      auth_required: false,
    });
    expect((await new Client(closed.url).send('/limits')).ok().json()).toMatchObject({ auth_required: true });
  } finally {
    await closed.close();
  }
});
