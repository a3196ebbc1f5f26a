import type { CurrentUserDto } from '@app/accounts/users.dto';
import { ManualClock } from '@app/platform/clock/manual.clock';
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { expectStatus, newKey, newUser, sendLogin, withToken } from './support/accounts';
import { startApp, type TestApp } from './support/app';
import { OidcIssuer } from './support/oidc-issuer';
import { RotatingIssuer } from './support/rotating-issuer';
import { expectProblem } from './support/problem';

const clock = new ManualClock(Date.now());
let issuer: OidcIssuer;
let service: TestApp;

beforeAll(async () => {
  issuer = await OidcIssuer.start({
    ada: { preferred_username: 'ada', email: 'ada@example.org', email_verified: true, name: 'Ada Lovelace' },
    eve: { preferred_username: 'local', email: 'local@example.org', email_verified: true },
    mallory: { preferred_username: 'local@example.org', email: 'boss@example.org', email_verified: false },
    boss: { email: 'boss@example.org', email_verified: true },
    operator: { roles: ['filemill-admin'] },
    bare: {},
  });
  service = await startApp({
    clock,
    environment: {
      AUTH_REQUIRED: 'true',
      OIDC_ISSUER: issuer.url,
      OIDC_AUDIENCE: 'filemill',
      OIDC_ADMIN_ROLE: 'filemill-admin',
      ADMIN_EMAILS: 'boss@example.org',
    },
  });
});
afterAll(async () => {
  await service.close();
  await issuer.stop();
});

const callerOf = async (client: string) => withToken(service.url, await issuer.token(client));
const me = async (client: string): Promise<CurrentUserDto> =>
  (await (await callerOf(client)).send('/users/me')).ok().json();

describe('a token of the issuer', () => {
  it('makes a user at first sight, once', async () => {
    const ada = await callerOf('ada');
    const all = await Promise.all(Array.from({ length: 5 }, () => ada.send('/users/me')));
    const users = all.map((answer) => answer.ok().json<CurrentUserDto>());
    expect(users[0]).toMatchObject({
      username: 'ada',
      email: 'ada@example.org',
      full_name: 'Ada Lovelace',
      role: 'user',
    });
    expect(new Set(users.map(({ user_id }) => user_id)).size).toBe(1);
    expect(await me('ada')).toEqual(users[0]);
    const { job_id } = await ada.upload('mine');
    expect((await (await callerOf('bare')).send(`/jobs/${job_id}`)).status).toBe(404);
    expect((await ada.send(`/jobs/${job_id}`)).status).toBe(200);
  });

  it('gives nobody the account or the name of somebody here', async () => {
    const local = await newUser(service.url, 'local');
    const { user_id } = (await local.send('/users/me')).json<CurrentUserDto>();
    for (const client of ['eve', 'mallory']) {
      const other = await me(client);
      expect(other.user_id).not.toBe(user_id);
      expect(other.username).toMatch(/^local-[0-9a-f]{12}$/);
    }
    expect((await sendLogin(service.url, 'local')).status).toBe(200);
    expect((await sendLogin(service.url, 'ada')).status).toBe(401);
  });

  it('makes administrators by role, or by an address that the issuer has verified', async () => {
    expect(await me('operator')).toMatchObject({ role: 'admin' });
    expect(await me('boss')).toMatchObject({ role: 'admin' });
    expect(await me('mallory')).toMatchObject({ role: 'user' });
  });

  it('makes keys, and deletes the account without a password', async () => {
    const ada = await callerOf('ada');
    const { key } = await newKey(ada);
    expect((await withToken(service.url, key).send('/users/me')).ok().json()).toMatchObject({
      username: 'ada',
    });
    const change = { current_password: '', new_password: 'long enough' };
    expectProblem(await ada.sendJson('/users/me/password', change), {
      status: 401,
      code: 'wrong_credentials',
    });
    expectStatus(await ada.sendJson('/users/me', {}, 'DELETE'), 204);
    expectProblem(await withToken(service.url, key).send('/jobs'), { status: 401, code: 'invalid_token' });
  });

  it('is refused when it is for another service, forged or expired', async () => {
    const good = decodeJwt(await issuer.token('ada'));
    const { privateKey, publicKey } = await generateKeyPair('RS256');
    const header = { alg: 'RS256', jwk: await exportJWK(publicKey), jku: 'http://127.0.0.1:1/' };
    const published = await (await fetch(`${issuer.url}/jwks`)).text();
    const confused = new SignJWT(good).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(published));
    const tokens = [
      await issuer.token('ada', 'another-service'),
      await new SignJWT(good).setProtectedHeader(header).sign(privateKey),
      await confused,
      `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify(good))}.`.replaceAll('=', ''),
    ];
    for (const token of tokens)
      expectProblem(await withToken(service.url, token).send('/jobs'), {
        status: 401,
        code: 'invalid_token',
      });
    const late = await callerOf('bare');
    clock.advance(11 * 60_000);
    expectProblem(await late.send('/jobs'), { status: 401, code: 'invalid_token' });
  });
});

describe('the keys of the issuer', () => {
  it('are asked for again when a token names a new one, and not for every token that names none of them', async () => {
    const keys = await RotatingIssuer.start();
    const other = await startApp({ environment: { OIDC_ISSUER: keys.url, OIDC_AUDIENCE: 'filemill' } });
    const statusOf = async (key: string) =>
      (await withToken(other.url, await keys.token(key)).send('/jobs')).status;
    const now = jest.spyOn(Date, 'now');
    try {
      await keys.publish('first');
      expect(await statusOf('first')).toBe(200);
      await keys.publish('second');
      now.mockReturnValue(Date.now() + 60_000);
      const together = await Promise.all(Array.from({ length: 5 }, () => statusOf('second')));
      expect([...together, keys.asked]).toEqual([200, 200, 200, 200, 200, 2]);
      expect(await statusOf('first')).toBe(401);
      for (let guess = 0; guess < 10; guess++) expect(await statusOf(`guess ${guess}`)).toBe(401);
      expect(keys.asked).toBe(2);
    } finally {
      now.mockRestore();
      await other.close();
      await keys.stop();
    }
  });
});

describe('an issuer that does not answer', () => {
  it('is a 503 until it does, and no matter to everybody else', async () => {
    const first = await OidcIssuer.start({ ada: {} });
    const token = await first.token('ada');
    await first.stop();
    const other = await startApp({ environment: { OIDC_ISSUER: first.url, OIDC_AUDIENCE: 'filemill' } });
    try {
      const answer = await withToken(other.url, token).send('/jobs');
      expectProblem(answer, { status: 503, code: 'issuer_unavailable' });
      expect(answer.headers.get('retry-after')).toBe('5');
      expect((await (await newUser(other.url, 'ada')).send('/jobs')).status).toBe(200);
    } finally {
      await other.close();
    }
  });
});
