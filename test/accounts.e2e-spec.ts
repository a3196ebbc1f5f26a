import type { UserDto } from '@app/accounts/users.dto';
import { MINUTE_MS } from '@app/platform/clock/durations';
import { ManualClock } from '@app/platform/clock/manual.clock';
import { SEND_MAIL } from '@app/platform/mail/mail-queue';
import { TaskQueue } from '@app/platform/tasks/task-queue';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import {
  expectStatus,
  login,
  newKey,
  newUser,
  PASSWORD,
  register,
  sendLogin,
  withToken,
} from './support/accounts';
import { startApp, type TestApp } from './support/app';
import { Client, waitFor } from './support/client';
import { expectProblem } from './support/problem';
import { everythingStored } from './support/traces';

let service: TestApp;
let anyone: Client;
const clock = new ManualClock(Date.UTC(2026, 10, 22));

beforeAll(async () => {
  service = await startApp({ clock });
  anyone = new Client(service.url);
});
afterAll(() => service.close());

const refresh = (refresh_token: string) => anyone.sendJson('/auth/refresh', { refresh_token });

describe('registration', () => {
  it('makes an account, which then logs in by name or address', async () => {
    const body = { username: 'ada', email: 'Ada@Example.org', full_name: 'Ada Lovelace', password: PASSWORD };
    const user: UserDto = expectStatus(await anyone.sendJson('/users/register', body), 201).json();
    expect(user).toEqual({
      user_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      username: 'ada',
      email: 'Ada@Example.org',
      full_name: 'Ada Lovelace',
      created_at: '2026-11-22T00:00:00.000Z',
    });
    for (const name of ['ada', 'ADA', 'ada@example.ORG']) {
      const { access_token } = await login(service.url, name);
      const me = (await withToken(service.url, access_token).send('/users/me')).ok().json();
      expect(me).toEqual({ ...user, role: 'user' });
    }
  });

  it.each([
    ['username_taken', { username: 'Grace', email: 'other@example.org' }],
    ['username_taken', { username: 'ｇｒａｃｅ', email: 'other@example.org' }],
    ['email_taken', { username: 'other', email: 'GRACE@example.org' }],
  ])('answers %s for %j', async (code, names) => {
    await anyone.sendJson('/users/register', {
      username: 'grace',
      email: 'grace@example.org',
      password: PASSWORD,
    });
    const answer = await anyone.sendJson('/users/register', { ...names, password: PASSWORD });
    expectProblem(answer, { status: 409, code });
  });

  it('has a welcome sent for each account, and for nothing else', async () => {
    const tasks = service.app.get(TaskQueue);
    await waitFor(
      () => tasks.counts(),
      ({ queued, running }) => queued + running === 0,
    );
    await tasks.pause([SEND_MAIL]);
    await register(service.url, 'margaret');
    const again = { username: 'margaret', email: 'other@example.org', password: PASSWORD };
    expect((await anyone.sendJson('/users/register', again)).status).toBe(409);
    expect(await tasks.counts()).toEqual({ queued: 1, running: 0, dead: 0 });
    await tasks.resume();
    await waitFor(
      () => tasks.counts(),
      ({ queued, running }) => queued + running === 0,
    );
  });

  it('gives a name to one of those who ask for it at the same time', async () => {
    const ask = () =>
      anyone.sendJson('/users/register', { username: 'race', email: 'race@example.org', password: PASSWORD });
    const statuses = (await Promise.all(Array.from({ length: 8 }, ask))).map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(7);
  });

  it.each([
    ['username', 'a'],
    ['username', 'a@b.example'],
    ['username', 'a b'],
    ['username', '../etc'],
    ['username', 7],
    ['email', 'nowhere'],
    ['email', `${'x'.repeat(250)}@example.org`],
    ['full_name', 'a\nb'],
    ['password', 'short'],
    ['password', 'x'.repeat(129)],
    ['password', 'x'.repeat(1024 * 1024)],
    ['role', 'admin'],
  ])('refuses %s %j', async (field, value) => {
    const body = { username: 'valid', email: 'valid@example.org', password: PASSWORD, [field]: value };
    const answer = await anyone.sendJson('/users/register', body);
    const { errors } = expectProblem(answer, { status: 422, code: 'validation_failed' });
    expect(new Set((errors as { field: string }[]).map((error) => error.field))).toEqual(new Set([field]));
  });
});

describe('logging in', () => {
  it('answers the same for a wrong password and for nobody', async () => {
    await register(service.url, 'linus');
    const answers = [
      await sendLogin(service.url, 'linus', 'not the password'),
      await sendLogin(service.url, 'nobody', 'not the password'),
    ];
    for (const answer of answers) {
      expectProblem(answer, { status: 401, code: 'wrong_credentials' });
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="filemill"');
    }
  });

  it('is good for 15 minutes, and goes on with a refresh token', async () => {
    await register(service.url, 'ken');
    const first = await login(service.url, 'ken');
    expect(first).toMatchObject({ token_type: 'Bearer', expires_in: 900 });
    clock.advance(15 * MINUTE_MS);
    const late = await withToken(service.url, first.access_token).send('/jobs');
    expectProblem(late, { status: 401, code: 'invalid_token' });
    expect(late.headers.get('www-authenticate')).toBe('Bearer realm="filemill", error="invalid_token"');

    const second = (await refresh(first.refresh_token)).ok().json<typeof first>();
    expect((await withToken(service.url, second.access_token).send('/jobs')).status).toBe(200);
  });

  it('ends a session whose refresh token comes a second time', async () => {
    await register(service.url, 'dennis');
    const first = await login(service.url, 'dennis');
    const second = (await refresh(first.refresh_token)).ok().json<typeof first>();
    expectProblem(await refresh(first.refresh_token), { status: 401, code: 'invalid_token' });
    expectProblem(await refresh(second.refresh_token), { status: 401, code: 'invalid_token' });
    const after = await withToken(service.url, second.access_token).send('/users/me');
    expectProblem(after, { status: 401, code: 'invalid_token' });
  });

  it('lets one of two uses of a refresh token at the same time win at most', async () => {
    await register(service.url, 'rob');
    const { refresh_token } = await login(service.url, 'rob');
    const answers = await Promise.all([
      refresh(refresh_token),
      refresh(refresh_token),
      refresh(refresh_token),
    ]);
    expect(answers.filter(({ status }) => status === 200).length).toBe(1);
    expect(answers.filter(({ status }) => status === 401).length).toBe(2);
  });

  it('ends with the logout, at once', async () => {
    await register(service.url, 'barbara');
    const { access_token, refresh_token } = await login(service.url, 'barbara');
    const user = withToken(service.url, access_token);
    expect((await user.send('/auth/logout', { method: 'POST' })).status).toBe(204);
    expectProblem(await user.send('/users/me'), { status: 401, code: 'invalid_token' });
    expectProblem(await refresh(refresh_token), { status: 401, code: 'invalid_token' });
  });
});

describe('an account', () => {
  it('changes its name', async () => {
    const user = await newUser(service.url, 'john');
    const patch = (full_name: unknown) => user.sendJson('/users/me', { full_name }, 'PATCH');
    expect((await patch('John McCarthy')).ok().json()).toMatchObject({ full_name: 'John McCarthy' });
    expect((await patch(null)).ok().json()).toMatchObject({ full_name: null });
    expectProblem(await user.sendJson('/users/me', { role: 'admin' }, 'PATCH'), {
      status: 422,
      code: 'validation_failed',
    });
  });

  it('changes its password, which ends its other sessions', async () => {
    const here = await newUser(service.url, 'niklaus');
    const there = withToken(service.url, (await login(service.url, 'niklaus')).access_token);
    const change = (current_password: string, new_password: string) =>
      here.sendJson('/users/me/password', { current_password, new_password });
    expectProblem(await change('not it', 'another password'), { status: 401, code: 'wrong_credentials' });
    expect((await change(PASSWORD, 'another password')).status).toBe(204);
    expect((await here.send('/users/me')).status).toBe(200);
    expectProblem(await there.send('/users/me'), { status: 401, code: 'invalid_token' });
    expect((await sendLogin(service.url, 'niklaus')).status).toBe(401);
    expect((await sendLogin(service.url, 'niklaus', 'another password')).status).toBe(200);
  });
});

describe('API keys', () => {
  it('work in both headers until they are deleted', async () => {
    const user = await newUser(service.url, 'edsger');
    const { key, ...shown } = await newKey(user, { name: 'nightly', scopes: ['read'] });
    expect(key).toMatch(/^fm_[0-9a-f]{12}_[\w-]{43}$/);
    expect(key.startsWith(shown.prefix)).toBe(true);
    const machine = new Client(service.url, { 'x-api-key': key });
    expect((await machine.send('/users/me')).json()).toMatchObject({ username: 'edsger', role: 'user' });
    expect((await withToken(service.url, key).send('/users/me')).status).toBe(200);
    const [listed] = (await user.send('/api-keys')).ok().json<(typeof shown)[]>();
    expect(listed).toEqual({ ...shown, last_used_at: new Date(clock.now()).toISOString() });

    expect((await user.send(`/api-keys/${shown.key_id}`, { method: 'DELETE' })).status).toBe(204);
    expectProblem(await machine.send('/users/me'), { status: 401, code: 'invalid_token' });
    expectProblem(await user.send(`/api-keys/${shown.key_id}`, { method: 'DELETE' }), {
      status: 404,
      code: 'api_key_not_found',
    });
  });

  it('do no more than their scopes say', async () => {
    const user = await newUser(service.url, 'tony');
    const { job_id } = await user.upload('some text');
    const reader = new Client(service.url, { 'x-api-key': (await newKey(user, { scopes: ['read'] })).key });
    const writer = new Client(service.url, { 'x-api-key': (await newKey(user, { scopes: ['write'] })).key });
    expect((await reader.send(`/jobs/${job_id}`)).status).toBe(200);
    expect((await reader.send(`/jobs/${job_id}`, { method: 'HEAD' })).status).toBe(200);
    const refused = [
      await reader.sendUpload('more text'),
      await reader.delete(job_id),
      await writer.send(`/jobs/${job_id}`),
    ];
    for (const answer of refused) {
      expectProblem(answer, { status: 403, code: 'forbidden' });
      expect(answer.headers.get('www-authenticate')).toContain('error="insufficient_scope"');
    }
    expect((await writer.delete(job_id)).status).toBe(200);
  });

  it('do nothing that a stolen one must not be good for', async () => {
    const user = await newUser(service.url, 'alan');
    const { key, key_id } = await newKey(user);
    const machine = new Client(service.url, { 'x-api-key': key });
    const refused = [
      await machine.sendJson('/api-keys', { name: 'one more' }),
      await machine.send(`/api-keys/${key_id}`, { method: 'DELETE' }),
      await machine.sendJson('/users/me', { password: PASSWORD }, 'DELETE'),
      await machine.sendJson('/users/me', { full_name: 'x' }, 'PATCH'),
      await machine.sendJson('/users/me/password', {
        current_password: PASSWORD,
        new_password: 'another one',
      }),
      await machine.send('/auth/logout', { method: 'POST' }),
    ];
    for (const answer of refused) expectProblem(answer, { status: 403, code: 'forbidden' });
  });

  it('expire, and note their use once a minute', async () => {
    const user = await newUser(service.url, 'donald');
    const { key } = await newKey(user, { expires_in: 90 });
    const machine = new Client(service.url, { 'x-api-key': key });
    const start = clock.now();
    const lastUse = async () =>
      Date.parse((await user.send('/api-keys')).json<{ last_used_at: string }[]>()[0].last_used_at) - start;
    await machine.send('/jobs');
    clock.advance(59_000);
    await machine.send('/jobs');
    expect(await lastUse()).toBe(0);
    clock.advance(1_000);
    await machine.send('/jobs');
    expect(await lastUse()).toBe(60_000);
    clock.advance(30_000);
    expectProblem(await machine.send('/jobs'), { status: 401, code: 'invalid_token' });
  });

  it.each([
    { name: '' },
    { scopes: [] },
    { scopes: ['admin'] },
    { expires_in: 0 },
    { expires_in: '9' },
    { user_id: 'x' },
  ])('are not made of %j', async (wish) => {
    const { access_token } = await login(service.url, 'ada');
    const answer = await withToken(service.url, access_token).sendJson('/api-keys', {
      name: 'a key',
      ...wish,
    });
    expectProblem(answer, { status: 422, code: 'validation_failed' });
  });
});

describe('secrets', () => {
  it('are kept nowhere, but for the key of the tokens, which nobody else may read', async () => {
    const user = await newUser(service.url, 'hal');
    const { access_token, refresh_token } = await login(service.url, 'hal');
    const { key } = await newKey(user);
    const once = new Client(service.url, { ...user.headers, 'idempotency-key': 'an-idempotency-key' });
    const { key: keyMadeOnce } = await newKey(once);
    const stored = await everythingStored(service);
    const keys = [key, keyMadeOnce].flatMap((each) => [each, each.slice(-43)]);
    const secrets = [PASSWORD, access_token, refresh_token, 'an-idempotency-key', ...keys];
    expect(secrets.filter((secret) => stored.indexOf(secret) >= 0)).toEqual([]);
    expect(stored.indexOf('$argon2id$v=19$m=19456,t=2,p=1$')).toBeGreaterThan(0);
    expect(statSync(join(service.dataDir, 'jwt.secret')).mode & 0o777).toBe(0o600);
  });

  it('stay good when the service starts again', async () => {
    const { access_token } = await login(service.url, 'hal');
    const again = await startApp({ clock, dataDir: service.dataDir });
    const answer = await withToken(again.url, access_token).send('/users/me');
    await again.close();
    expect(answer.status).toBe(200);
  });
});
