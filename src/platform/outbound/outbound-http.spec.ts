import type { LookupAddress } from 'node:dns';
import { getDefaultAutoSelectFamily, isIPv6, setDefaultAutoSelectFamily } from 'node:net';
import { finished } from 'node:stream';
import tls from 'node:tls';
import { ManualClock } from '../clock/manual.clock';
import { loadSettings } from '../config/load-settings';
import { DomainError } from '../errors/domain-error';
import { Destinations } from './destinations';
import { NameResolver, SystemNameResolver } from './name-resolver';
import { OutboundHttp } from './outbound-http';
import { UrlNotAllowed } from './outbound.errors';
import { CERTIFICATE, RemoteServer } from './remote-server.harness';

/** Loopback addresses play the internet and the inner network: the first is allowed, the second is not. */
const PUBLIC = '127.0.0.1';
const INNER = '127.0.0.2';
const OPTIONS = { timeoutMs: 60_000, idleMs: 10_000, maxBytes: 1000 };

/** Answers with what the test says, the last answer for ever. */
class ScriptedResolver extends NameResolver {
  readonly asked: string[] = [];
  answers: readonly (readonly string[])[] = [[PUBLIC]];

  override async resolve(name: string): Promise<LookupAddress[]> {
    this.asked.push(name);
    const answer = this.answers[Math.min(this.asked.length, this.answers.length) - 1] ?? [];
    return answer.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  }
}

const resolver = new ScriptedResolver();
const outboundWith = (OUTBOUND_ALLOW: string, names: NameResolver = resolver) =>
  new OutboundHttp(new Destinations(names, loadSettings({ OUTBOUND_ALLOW })), new ManualClock());
const outbound = outboundWith(PUBLIC);

async function failure(step: Promise<unknown>): Promise<DomainError> {
  const error = await step.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof DomainError)) throw new Error(`Not a domain error: ${String(error)}`);
  return error;
}

async function text(url: string, from = outbound, headers = {}): Promise<string> {
  const { body } = await from.get(url, { ...OPTIONS, headers });
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

let server: RemoteServer;
beforeEach(async () => {
  resolver.asked.length = 0;
  resolver.answers = [[PUBLIC]];
  server = await new RemoteServer((_, response) => response.end('the file')).listen();
});
afterEach(() => server.close());

describe('checkUrl', () => {
  it.each([
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0x7f.1/',
    'http://017700000001/',
    'http://0177.0.0.1/',
    'http://127.0.0.1./',
    'http://%31%32%37.1/',
    'http://１２７.0.0.1/',
    'http:127.0.0.1',
    'http://0/',
    'http://0.0.0.0/',
    'http://10.0.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://100.64.0.1/',
    'http://198.18.0.1/',
    'http://255.255.255.255/',
    'http://[::]/',
    'http://[::1]/',
    'http://[::127.0.0.1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:169.254.169.254]/',
    'http://[64:ff9b::169.254.169.254]/',
    'http://[2002:7f00:1::]/',
    'http://[fe80::1]/',
    'http://[fd00:ec2::254]/',
    'http://localhost/',
    'http://LOCALHOST./',
    'http://a.localhost/',
    'file:///etc/passwd',
    'ftp://example.org/x',
    'data:text/plain,x',
    'javascript:alert(1)',
    'gopher://example.org:25/x',
    'blob:https://example.org/1',
    'https://name:secret@example.org/',
    'https://name@example.org/',
    'https://example.org:99999/',
    'https://',
    'http://[fe80::1%25eth0]/',
    '//example.org/x',
    'example.org',
    '',
  ])('refuses %j and connects to nothing', async (url) => {
    const strict = outboundWith('');
    expect(() => strict.checkUrl(url)).toThrow(UrlNotAllowed);
    const error = await failure(strict.get(url, OPTIONS));
    expect(error.problem).toMatchObject({ code: 'url_not_allowed', status: 422 });
    expect(error.message).not.toContain('secret');
    expect(resolver.asked).toEqual([]);
  });

  it.each([
    'https://example.org/a?b#c',
    'http://1.1.1.1:8080/',
    'http://[2606:4700:4700::1111]/',
    'http://a.b.',
  ])('takes %s', (url) => {
    expect(outboundWith('').checkUrl(url).href).toBe(new URL(url).href);
  });

  it.each([
    ['127.0.0.1', 'http://127.1/'],
    ['127.0.0.0/8', 'http://[::ffff:127.9.9.9]/'],
    ['fd00::/8', 'http://[fd00::1]/'],
    ['localhost', 'http://localhost/'],
  ])('with %s allowed takes %s', (allow, url) => {
    expect(outboundWith(allow).checkUrl(url)).toBeInstanceOf(URL);
    expect(() => outboundWith('10.0.0.0/8,intranet').checkUrl(url)).toThrow(UrlNotAllowed);
  });
});

describe('get, to names', () => {
  it('connects to the address that was judged, under the name', async () => {
    resolver.answers = [[PUBLIC], [INNER]];
    expect(await text(server.url('files.test', '/a%20b?c=d'))).toBe('the file');
    expect(resolver.asked).toEqual(['files.test']);
    expect(server.connectedTo).toEqual([PUBLIC]);
    expect(server.requests[0]?.headers.host).toBe(`files.test:${server.port}`);
    expect(server.requests[0]?.url).toBe('/a%20b?c=d');
  });

  it('judges again when a name is used again, and has then moved inside', async () => {
    resolver.answers = [[PUBLIC], [INNER]];
    await text(server.url('files.test'));
    const error = await failure(outbound.get(server.url('files.test'), OPTIONS));
    expect(error.problem.code).toBe('address_not_allowed');
    expect(server.connectedTo).toEqual([PUBLIC]);
  });

  it.each([
    ['an inner address', [INNER]],
    ['both kinds', [PUBLIC, INNER]],
    ['both kinds, of two families', [PUBLIC, '::ffff:127.0.0.2']],
    ['a link-local address', ['fe80::1%lo']],
    ['no address at all', ['intranet']],
  ])('makes no connection when a name has %s', async (_, addresses) => {
    resolver.answers = [addresses];
    const error = await failure(outbound.get(server.url('files.test'), OPTIONS));
    expect(error.problem).toMatchObject({ code: 'address_not_allowed', status: 422 });
    expect(error.isPassing).toBe(false);
    expect(error.message).not.toContain('127.0.0');
    expect(server.connectedTo).toEqual([]);
  });

  it('lets operators allow a name, whatever its addresses, and no other', async () => {
    const allowing = outboundWith('intranet.test');
    expect(await text(server.url('intranet.test'), allowing)).toBe('the file');
    const error = await failure(allowing.get(server.url('x.intranet.test'), OPTIONS));
    expect(error.problem.code).toBe('address_not_allowed');
  });

  it('tries the next address when one does not answer', async () => {
    resolver.answers = [['::1', PUBLIC]];
    expect(await text(server.url('files.test'), outboundWith('::1,127.0.0.1'))).toBe('the file');
  });

  it('connects to the first address when it may not try several', async () => {
    const before = getDefaultAutoSelectFamily();
    setDefaultAutoSelectFamily(false);
    try {
      expect(await text(server.url('files.test'))).toBe('the file');
    } finally {
      setDefaultAutoSelectFamily(before);
    }
    expect(server.connectedTo).toEqual([PUBLIC]);
  });

  it('calls a name that has no address unavailable', async () => {
    resolver.answers = [[]];
    const error = await failure(outbound.get('http://nowhere.test/', OPTIONS));
    expect(error.problem.code).toBe('remote_unavailable');
    expect(error.isPassing).toBe(true);
  });

  it('asks the operating system by default', async () => {
    const system = outboundWith('localhost', new SystemNameResolver());
    expect(await text(server.url('localhost'), system)).toBe('the file');
    const error = await failure(system.get('http://nowhere.invalid/', OPTIONS));
    expect(error.problem.code).toBe('remote_unavailable');
  });
});

describe('get, redirected', () => {
  const redirectTo = (location: string, status = 302) =>
    server.answers((_, response) => response.writeHead(status, { location }).end('elsewhere'));

  it.each([301, 302, 303, 307, 308])('follows a %i, relative or not', async (status) => {
    server.answers(({ url }, response) => {
      if (url === '/a') response.writeHead(status, { location: 'b/c' }).end('elsewhere');
      else if (url === '/b/c') response.writeHead(status, { location: server.url('other.test', '/d') }).end();
      else response.end(`file ${url}`);
    });
    const response = await outbound.get(server.url('files.test', '/a'), OPTIONS);
    expect(response).toMatchObject({ url: server.url('other.test', '/d'), status: 200 });
    response.close();
    expect(resolver.asked).toEqual(['files.test', 'files.test', 'other.test']);
    await server.abandoned();
  });

  it('reads a location as UTF-8', async () => {
    server.answers(({ url }, response) => {
      if (url !== '/') response.end(url);
      else response.writeHead(302, { location: Buffer.from('/größe').toString('latin1') }).end();
    });
    expect(await text(server.url('files.test'))).toBe('/gr%C3%B6%C3%9Fe');
  });

  it.each([
    ['http://127.0.0.2:1/', 'url_not_allowed'],
    ['http://[::ffff:7f00:2]:1/', 'url_not_allowed'],
    ['//169.254.169.254/latest', 'url_not_allowed'],
    ['file:///etc/passwd', 'url_not_allowed'],
    ['http://user:pass@files.test/', 'url_not_allowed'],
    ['http://', 'url_not_allowed'],
  ])('is not led to %s', async (location, code) => {
    redirectTo(location.replace(':1/', `:${server.port}/`));
    const error = await failure(outbound.get(server.url('files.test'), OPTIONS));
    expect(error.problem.code).toBe(code);
    expect(server.connectedTo).toEqual([PUBLIC]);
    await server.abandoned();
  });

  it('is not led to a name with an inner address, or one that has moved inside', async () => {
    resolver.answers = [[PUBLIC], [INNER]];
    for (const location of [server.url('inner.test'), '/again']) {
      resolver.asked.length = 0;
      redirectTo(location);
      const error = await failure(outbound.get(server.url('files.test'), OPTIONS));
      expect(error.problem.code).toBe('address_not_allowed');
    }
    expect(server.connectedTo).toEqual([PUBLIC, PUBLIC]);
  });

  it('does not wait for what comes with a redirect', async () => {
    server.answers((_, response) => {
      response.writeHead(302, { location: '/b' }).write('endless');
      server.answers((_request, next) => {
        finished(response, () => next.end('the file'));
      });
    });
    expect(await text(server.url('files.test'))).toBe('the file');
  });

  it('gives up after five', async () => {
    let hops = 0;
    server.answers((_, response) => {
      if (++hops > 5) response.end('the file');
      else response.writeHead(302, { location: `/${hops}` }).end();
    });
    expect(await text(server.url('files.test'))).toBe('the file');

    server.requests.length = 0;
    redirectTo('/');
    const error = await failure(outbound.get(server.url('files.test'), OPTIONS));
    expect(error.problem).toMatchObject({ code: 'too_many_redirects', status: 422 });
    expect(server.requests).toHaveLength(6);
    await server.abandoned();
  });

  it("gives the caller's headers to the first origin alone", async () => {
    const seen: unknown[] = [];
    server.answers(({ url, headers }, response) => {
      seen.push(headers.authorization);
      const next = url === '/a' ? '/b' : server.url('other.test', '/c');
      if (url === '/c') response.end();
      else response.writeHead(302, { location: next }).end();
    });
    await text(server.url('files.test', '/a'), outbound, { authorization: 'Bearer x' });
    expect(seen).toEqual(['Bearer x', 'Bearer x', undefined]);
  });
});

describe('request', () => {
  const send = (body?: Buffer) =>
    outbound.request(server.url('hooks.test'), {
      ...OPTIONS,
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });

  it('sends a body, and gives back answers of every status', async () => {
    server.answers((request, response) => {
      request.pipe(response.writeHead(410, { 'x-method': request.method }));
    });
    const { status, headers, body } = await send(Buffer.from('{"a":1}'));
    expect([status, headers['x-method']]).toEqual([410, 'POST']);
    expect(server.requests[0]?.headers).toMatchObject({
      'content-length': '7',
      'content-type': 'application/json',
    });
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('{"a":1}');
  });

  it('follows no redirect, and is judged as any other', async () => {
    server.answers((_, response) => response.writeHead(307, { location: '/b' }).end('elsewhere'));
    const response = await send();
    expect(response.status).toBe(307);
    response.close();
    await server.abandoned();
    expect(server.requests).toHaveLength(1);

    resolver.answers = [[INNER]];
    resolver.asked.length = 0;
    expect((await failure(send())).problem.code).toBe('address_not_allowed');
    expect(server.requests).toHaveLength(1);
  });
});

describe('over TLS', () => {
  let secure: RemoteServer;
  beforeEach(async () => {
    secure = await new RemoteServer((_, response) => response.end('the file'), CERTIFICATE).listen();
  });
  afterEach(() => secure.close());

  /** Trusts the certificate of the tests besides the known authorities, as NODE_EXTRA_CA_CERTS would. */
  function trustTestCertificate(): Disposable {
    const { connect } = tls;
    const trusting = (options: tls.ConnectionOptions) => connect({ ...options, ca: CERTIFICATE.cert });
    const spy = jest.spyOn(tls, 'connect').mockImplementation(trusting as typeof connect);
    return { [Symbol.dispose]: () => spy.mockRestore() };
  }

  it('verifies the certificate by the name in the URL, not by the address', async () => {
    expect((await failure(outbound.get(secure.url('secure.test'), OPTIONS))).problem.code).toBe(
      'remote_unavailable',
    );
    using _ = trustTestCertificate();
    expect(await text(secure.url('secure.test'))).toBe('the file');
    const error = await failure(outbound.get(secure.url('other.test'), OPTIONS));
    expect(error.cause).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  it('is not led from https to http, the other way it is', async () => {
    using _ = trustTestCertificate();
    secure.answers((_request, response) =>
      response.writeHead(302, { location: server.url('files.test') }).end(),
    );
    const error = await failure(outbound.get(secure.url('secure.test'), OPTIONS));
    expect(error.problem.code).toBe('url_not_allowed');
    expect(server.connectedTo).toEqual([]);

    secure.answers((_request, response) => response.end('the file'));
    server.answers((_request, response) =>
      response.writeHead(302, { location: secure.url('secure.test') }).end(),
    );
    expect(await text(server.url('files.test'))).toBe('the file');
  });
});
