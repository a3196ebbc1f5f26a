import { ManualClock } from '@app/platform/clock/manual.clock';
import { PASSWORD, register, withToken } from './support/accounts';
import { startApp, type TestApp } from './support/app';
import { Client, type Answer } from './support/client';
import { expectProblem } from './support/problem';

const clock = new ManualClock(Date.UTC(2026, 10, 22));
let service: TestApp;
let anyone: Client;
beforeAll(async () => {
  service = await startApp({ clock });
  anyone = new Client(service.url);
  await register(service.url, 'ada');
});
afterAll(() => service.close());

const login = (headers: Record<string, string> = {}) =>
  new Client(service.url, headers).sendJson('/auth/cookie/login', { username: 'ada', password: PASSWORD });
const send = (verb: string, headers: Record<string, string>) =>
  anyone.send(`/auth/cookie/${verb}`, { method: 'POST', headers });
const refresh = (cookie: string) => send('refresh', { cookie });
const cookieOf = ({ headers }: Answer) => headers.get('set-cookie')!.split(';')[0];
const tokenOf = (answer: Answer) => answer.ok().json<{ access_token: string }>().access_token;
const seesOnlyWhatIsTheirs = async (token: string) =>
  (await withToken(service.url, token).send('/users/me')).ok().json<{ username: string }>();

describe('a page that logs in', () => {
  it('gets the refresh token in a cookie that no script reads, for these routes alone', async () => {
    const answer = await login();
    expect(answer.ok().json()).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 900,
    });
    expect(answer.headers.get('set-cookie')).toMatch(
      /^filemill_refresh=[\w-]{43}; Max-Age=2592000; HttpOnly; SameSite=Strict$/,
    );
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await seesOnlyWhatIsTheirs(tokenOf(answer))).toMatchObject({ username: 'ada' });
  });

  it('is told the same as everybody when name or password are wrong', async () => {
    const answer = await anyone.sendJson('/auth/cookie/login', { username: 'ada', password: 'wrong' });
    expectProblem(answer, { status: 401, code: 'wrong_credentials' });
    expect(answer.headers.get('set-cookie')).toBeNull();
  });
});

describe('the cookie', () => {
  it('gives the next access token, and is replaced', async () => {
    const before = cookieOf(await login());
    const answer = await refresh(before);
    expect(await seesOnlyWhatIsTheirs(tokenOf(answer))).toMatchObject({ username: 'ada' });
    expect(cookieOf(answer)).not.toBe(before);
    expect((await refresh(cookieOf(answer))).status).toBe(200);
  });

  it('may come twice at the same time, but not later: then the session ends', async () => {
    const first = cookieOf(await login());
    const answers = await Promise.all([refresh(first), refresh(first)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    clock.advance(10_001);
    const late = await refresh(first);
    expectProblem(late, { status: 401, code: 'invalid_token' });
    expect(late.headers.get('set-cookie')).toMatch(/^filemill_refresh=; Max-Age=0;/);
    expectProblem(await refresh(cookieOf(answers[0])), { status: 401, code: 'invalid_token' });
  });

  it('says by its absence that nobody is logged in', async () => {
    expect((await send('refresh', {})).status).toBe(204);
  });

  it('opens nothing else', async () => {
    const cookie = cookieOf(await login());
    expectProblem(await anyone.send('/users/me', { headers: { cookie } }), {
      status: 401,
      code: 'not_authenticated',
    });
  });

  it.each(['cross-site', 'same-site', 'none'])('is of no use to a page that is %s', async (site) => {
    const cookie = cookieOf(await login());
    const answer = await send('refresh', { cookie, 'sec-fetch-site': site });
    expectProblem(answer, { status: 403, code: 'cross_origin' });
    expect((await send('refresh', { cookie, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    expectProblem(await login({ 'sec-fetch-site': site }), { status: 403, code: 'cross_origin' });
  });
});

it('is gone after logout, and so is the session', async () => {
  const answer = await login();
  const authorization = `Bearer ${tokenOf(answer)}`;
  const logout = await send('logout', { authorization });
  expect(logout.status).toBe(204);
  expect(logout.headers.get('set-cookie')).toMatch(/^filemill_refresh=; Max-Age=0;/);
  expectProblem(await refresh(cookieOf(answer)), { status: 401, code: 'invalid_token' });
  expectProblem(await send('logout', { authorization }), { status: 401, code: 'invalid_token' });
});
