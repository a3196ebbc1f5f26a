import { SignJWT, UnsecuredJWT, decodeJwt, type JWTPayload } from 'jose';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { login, newKey, newUser, PASSWORD, register, sendLogin, withToken } from '../support/accounts';
import { startApp, type TestApp } from '../support/app';
import { ChildServer } from '../support/child-server';
import { Client } from '../support/client';
import { expectProblem } from '../support/problem';

const SECRET = 'the key of the tests, which is long enough';
const HOUR_SECONDS = 3600;

let service: TestApp;
let good: JWTPayload;
beforeAll(async () => {
  service = await startApp({ environment: { JWT_SECRET: SECRET } });
  await register(service.url, 'ada');
  good = decodeJwt((await login(service.url, 'ada')).access_token);
});
afterAll(() => service.close());

const sign = (claims: JWTPayload, key = SECRET) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(key));
const without = (claim: string) =>
  Object.fromEntries(Object.entries(good).filter(([name]) => name !== claim));
const now = () => Math.floor(Date.now() / 1000);
const encoded = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');

/** Right but for the algorithm: jose would not make one with a key of this length. */
function signHs512(claims: JWTPayload): string {
  const signed = `${encoded({ alg: 'HS512' })}.${encoded(claims)}`;
  return `${signed}.${createHmac('sha512', SECRET).update(signed).digest('base64url')}`;
}

describe('a forged token', () => {
  it('would be good with the right key and claims', async () => {
    expect((await withToken(service.url, await sign(good)).send('/users/me')).status).toBe(200);
  });

  it.each<[string, () => Promise<string> | string]>([
    ['unsigned', () => new UnsecuredJWT(good).encode()],
    ['unsigned, in capitals', () => `${encoded({ alg: 'NONE' })}.${encoded(good)}.`],
    ['without a signature', async () => (await sign(good)).replace(/[^.]*$/, '')],
    ['of another key', () => sign(good, 'another key that is as long as it has to be')],
    ['of the empty key', async () => `${(await sign(good)).split('.', 2).join('.')}.${'A'.repeat(43)}`],
    ['of another algorithm, with the right key', () => signHs512(good)],
    ['expired', () => sign({ ...good, exp: now() - 1 })],
    ['without an end', () => sign(without('exp'))],
    ['not yet good', () => sign({ ...good, nbf: now() + HOUR_SECONDS })],
    ['from elsewhere', () => sign({ ...good, iss: 'https://example.org' })],
    ['for elsewhere', () => sign({ ...good, aud: 'https://example.org' })],
    ['of nobody', () => sign(without('sub'))],
    ['of another user', () => sign({ ...good, sub: '019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5' })],
    ['of no session', () => sign(without('sid'))],
    ['of an unknown session', () => sign({ ...good, sid: '019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5' })],
    ['with a session that is none', () => sign({ ...good, sid: { toString: 'x' } })],
    [
      'with a changed claim',
      async () => {
        const [head, , signature] = (await sign(good)).split('.');
        return [head, encoded({ ...good, role: 'admin' }), signature].join('.');
      },
    ],
    [
      'that names its own key',
      () =>
        new SignJWT(good)
          .setProtectedHeader({ alg: 'HS256', jwk: { kty: 'oct' }, kid: '../../dev/null' })
          .sign(Buffer.from('0'.repeat(32))),
    ],
    [
      'that is critical of what nobody knows',
      async () => {
        const [, body, signature] = (await sign(good)).split('.');
        return [encoded({ alg: 'HS256', crit: ['exp'], exp: 1 }), body, signature].join('.');
      },
    ],
    ['of dots', () => '..'],
    ['of 8 KiB', () => 'x'.repeat(8 * 1024)],
  ])('%s is refused', async (_, make) => {
    const answer = await withToken(service.url, await make()).send('/jobs');
    expectProblem(answer, { status: 401, code: 'invalid_token' });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="filemill", error="invalid_token"');
  });
});

describe('a guessed API key', () => {
  it.each<[string, (key: string) => string]>([
    ['too short', (key) => key.slice(0, -1)],
    ['too long', (key) => `${key}x`],
    ['of its prefix alone', (key) => key.slice(0, 16)],
    ['of 8 KiB', () => `fm_000000000000_${'x'.repeat(8 * 1024)}`],
    ['with another secret', (key) => key.slice(0, -43) + 'A'.repeat(43)],
    ['with another prefix', (key) => `fm_000000000000${key.slice(15)}`],
    ['in capitals', (key) => key.toUpperCase()],
    ['with a wildcard', () => `fm_%___________${'_'.repeat(44)}`],
    ['of nothing', () => ''],
    ['of Unicode that looks alike', (key) => encodeURIComponent(key.replace('f', 'ｆ'))],
  ])('%s is refused, and nothing breaks', async (_, change) => {
    const user = withToken(service.url, (await login(service.url, 'ada')).access_token);
    const { key, key_id } = await newKey(user);
    const answer = await new Client(service.url, { 'x-api-key': change(key) }).send('/jobs');
    expectProblem(answer, { status: 401, code: 'invalid_token' });
    expect((await new Client(service.url, { 'x-api-key': key }).send('/jobs')).status).toBe(200);
    await user.send(`/api-keys/${key_id}`, { method: 'DELETE' });
  });
});

describe('who has no account', () => {
  it.each([
    ['PATCH', '/users/me'],
    ['DELETE', '/users/me'],
    ['POST', '/users/me/password'],
    ['POST', '/api-keys'],
  ])('is told so before anything is said of what they send: %s %s', async (method, path) => {
    const answer = await new Client(service.url).send(path, { method, body: 'no JSON' });
    expectProblem(answer, { status: 401, code: 'not_authenticated' });
  });
});

describe('a login', () => {
  /** Milliseconds until it is refused. */
  async function refusal(username: string): Promise<number> {
    const start = performance.now();
    const answer = await sendLogin(service.url, username, 'not the password');
    expectProblem(answer, { status: 401, code: 'wrong_credentials' });
    return performance.now() - start;
  }

  it('takes as long for nobody as for somebody', async () => {
    const times: { known: number[]; unknown: number[] } = { known: [], unknown: [] };
    for (let i = 0; i < 15; i++) {
      times.known.push(await refusal('ada'));
      times.unknown.push(await refusal(`nobody-${i}`));
    }
    // The quickest of each: whatever else the machine does only adds to a time.
    const ratio = Math.min(...times.known) / Math.min(...times.unknown);
    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(1.6);
  });

  it.each([
    ['/auth/login', { username: 'ada' }, 'password'],
    ['/users/register', { username: 'bob', email: 'bob@example.org' }, 'password'],
  ])('at %s is not kept busy by a password of a megabyte', async (path, names, field) => {
    const body = { ...names, [field]: 'x'.repeat(1024 * 1024) };
    const { errors } = expectProblem(await new Client(service.url).sendJson(path, body), {
      status: 422,
      code: 'validation_failed',
    });
    expect(errors).toEqual([expect.objectContaining({ field })]);
  });

  it.each([
    { username: { $ne: null }, password: { $ne: null } },
    { username: ['ada'], password: PASSWORD },
    { username: "ada' or '1'='1", password: PASSWORD },
    { username: 'ada%', password: PASSWORD },
    { username: 'ada\0', password: PASSWORD },
    { username: 'ada', password: `${PASSWORD} ` },
    { username: 'ada', password: '' },
    { username: 'ada' },
    { username: 'ada', password: PASSWORD, role: 'admin' },
    [],
  ])('with %j is refused', async (body) => {
    const { status } = await new Client(service.url).sendJson('/auth/login', body);
    expect([400, 401, 422]).toContain(status);
  });

  it('answers others while many wait for it', async () => {
    let refused = 0;
    const count = ({ status }: { status: number }) => (refused += Number(status === 401));
    const storm = Array.from({ length: 100 }, () =>
      sendLogin(service.url, 'ada', 'not the password').then(count),
    );
    expect((await new Client(service.url).upload('a file')).status).toBe('pending');
    expect(refused).toBeLessThan(100);
    await Promise.all(storm);
    expect(refused).toBe(100);
  });
});

describe('the log', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'filemill-e2e-'));
  afterAll(async () => {
    await ChildServer.killAll();
    rmSync(dataDir, { recursive: true });
  });

  it('has no password, token, key or address in it, whatever goes right or wrong', async () => {
    const server = await ChildServer.start({
      dataDir,
      environment: { LOG_LEVEL: 'trace', JWT_SECRET: SECRET },
    });
    const user = await newUser(server.url, 'ada', 'ada.lovelace@example.org');
    const { access_token, refresh_token } = await login(server.url, 'ada');
    const { key } = await newKey(user);
    const machine = new Client(server.url, { 'x-api-key': key });
    await machine.send(`/jobs?filename=${key}`);
    await machine.send('/jobs', { headers: { authorization: `Bearer ${access_token}` } });
    await sendLogin(server.url, 'ada\u001b[31m\r\n{"level":60}', 'a-wrong-password');
    const refresh = () => new Client(server.url).sendJson('/auth/refresh', { refresh_token });
    expect([(await refresh()).status, (await refresh()).status]).toEqual([200, 401]);
    await new Client(server.url).send('/auth/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"username":"ada","password":"broken-json-password`,
    });
    await server.terminate();
    expect(server.output).toContain('A refresh token was used a second time');
    const secrets = [
      SECRET,
      PASSWORD,
      'a-wrong-password',
      'broken-json-password',
      access_token,
      refresh_token,
      key,
      'lovelace',
      '\u001b',
      '{"level":60}',
    ];
    expect(secrets.filter((secret) => server.output.includes(secret))).toEqual([]);
  });
});
