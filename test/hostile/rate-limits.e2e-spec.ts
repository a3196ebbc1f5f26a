import { Controller, Get, HttpCode, Module, Post } from '@nestjs/common';
import { HOUR_MS } from '@app/platform/clock/durations';
import { ManualClock } from '@app/platform/clock/manual.clock';
import { RateLimit } from '@app/platform/rate-limits/rate-limit.decorator';
import { parseList } from 'structured-headers';
import { keyOf, newUser } from '../support/accounts';
import { startApp, type TestApp } from '../support/app';
import { Client, type Answer } from '../support/client';
import { MULTIPART, multipartBody } from '../support/multipart-body';
import { expectProblem } from '../support/problem';
import { chunk, head, rawRequest } from '../support/raw-request';
import { NOTHING, traces } from '../support/traces';
import { PIECE, TUS, TusClient } from '../support/tus';

const UNKNOWN = '/jobs/019a9c1e-7b3d-7c52-8a41-5d8f3c9b2e10';

@Controller('gate')
class GateController {
  @Post('login')
  @HttpCode(200)
  @RateLimit(['login', 'writes'])
  login(): object {
    return {};
  }

  @Post('register')
  @HttpCode(200)
  @RateLimit(['register'])
  register(): object {
    return {};
  }

  @Get('open')
  @RateLimit([])
  open(): object {
    return {};
  }
}

@Module({ controllers: [GateController] })
class GateModule {}

describe('rate limits', () => {
  let clock: ManualClock;
  let service: TestApp;
  let client: Client;

  const start = async (environment: Record<string, string> = {}) => {
    clock = new ManualClock(Date.now());
    service = await startApp({
      clock,
      environment: { RATE_LIMITS: 'on', TRUST_PROXY: '1', ...environment },
      extensions: [{ name: 'gate', module: GateModule }],
    });
    client = new Client(service.url);
  };
  afterEach(() => service.close());

  const from = (address: string) => ({ 'x-forwarded-for': address });
  const ask = (method: string, path: string, address = '203.0.113.5') =>
    client.send(path, { method, headers: from(address) });
  const upload = (address = '203.0.113.5', content = 'x') =>
    client.sendBytes('/upload', multipartBody({ name: 'file', filename: 'a.txt', content }), {
      'content-type': MULTIPART,
      ...from(address),
    });
  const times = async (count: number, act: () => Promise<Answer>) => {
    const answers: Answer[] = [];
    for (let round = 0; round < count; round++) answers.push(await act());
    return answers.map(({ status }) => status);
  };
  const fields = ({ headers }: Answer, name: string) =>
    Object.fromEntries(
      parseList(headers.get(name)!).map(([limit, parameters]) => [limit, Object.fromEntries(parameters)]),
    );

  it.each([
    ['reads', 'READS_PER_HOUR', () => ask('GET', '/jobs'), HOUR_MS],
    ['reads', 'READS_PER_HOUR', () => ask('HEAD', '/jobs'), HOUR_MS],
    ['reads', 'READS_PER_HOUR', () => ask('GET', UNKNOWN), HOUR_MS],
    ['reads', 'READS_PER_HOUR', () => ask('GET', '/wp-admin/setup.php'), HOUR_MS],
    ['writes', 'WRITES_PER_HOUR', () => ask('PUT', '/jobs'), HOUR_MS],
    ['writes', 'WRITES_PER_HOUR', () => ask('DELETE', UNKNOWN), HOUR_MS],
    ['writes', 'WRITES_PER_HOUR', () => ask('POST', '/jobs'), HOUR_MS],
    ['uploads', 'ANONYMOUS_UPLOADS_PER_HOUR', () => upload(), HOUR_MS],
    ['login', 'LOGINS_PER_MINUTE', () => ask('POST', '/gate/login'), 60_000],
    ['register', 'REGISTRATIONS_PER_HOUR', () => ask('POST', '/gate/register'), HOUR_MS],
  ])('%s: no more than %s in a window, whatever they were answered', async (name, setting, act, windowMs) => {
    await start({ [setting]: '3' });
    expect(await times(3, act)).not.toContain(429);
    clock.advance(windowMs / 2);
    const answer = await act();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, `${windowMs / 2000}`]);
    expect(fields(answer, 'ratelimit')).toMatchObject({ [name]: { r: 0, t: windowMs / 2000 } });
    clock.advance(windowMs / 2);
    expect((await times(4, act)).indexOf(429)).toBe(3);
  });

  it.each([
    ['false', { authorization: 'Bearer a.b.c' }],
    ['false', { 'x-api-key': 'fm_guessed' }],
    ['true', {}],
  ])('refused: no more guesses at credentials than allowed (AUTH_REQUIRED=%s, %j)', async (needed, guess) => {
    await start({ AUTH_REQUIRED: needed, REFUSALS_PER_HOUR: '3' });
    const attempt = () => client.send('/jobs', { headers: guess });
    const first = await attempt();
    expect([first.status, first.headers.get('ratelimit')]).toEqual([401, '"refused";r=2;t=3600']);
    expect(first.headers.get('ratelimit-policy')).toBe('"refused";q=3;w=3600');
    expect(await times(3, attempt)).toEqual([401, 401, 429]);
    const user = await newUser(service.url, 'ada');
    expect((await user.send('/jobs')).headers.get('ratelimit')).toBe('"reads";r=999;t=3600');
    clock.advance(HOUR_MS);
    expect((await attempt()).status).toBe(401);
  });

  it('tell in every answer what they are and what is left', async () => {
    await start({ BYTES_PER_HOUR: '1000000' });
    const answer = await upload();
    expect(fields(answer, 'ratelimit-policy')).toEqual({
      uploads: { q: 20, w: 3600 },
      bytes: { q: 1_000_000, w: 3600, qu: 'content-bytes' },
    });
    expect(fields(answer, 'ratelimit')).toMatchObject({ uploads: { r: 19, t: 3600 } });
    expect((await ask('GET', '/jobs')).headers.get('ratelimit')).toBe('"reads";r=999;t=3600');
    expect((await ask('GET', UNKNOWN)).headers.get('ratelimit')).toBe('"reads";r=998;t=3600');
    expect((await ask('GET', '/no/such/path')).headers.get('ratelimit')).toBe('"reads";r=997;t=3600');
    expect((await ask('PUT', '/jobs')).headers.get('ratelimit')).toBe('"writes";r=99;t=3600');
  });

  it('count what a key has no scope for', async () => {
    await start();
    const reader = await keyOf(await newUser(service.url, 'ada'), { scopes: ['read'] });
    const answer = await reader.send(UNKNOWN, { method: 'DELETE' });
    expectProblem(answer, { status: 403, code: 'forbidden' });
    expect(fields(answer, 'ratelimit')).toMatchObject({ writes: { t: 3600 } });
  });

  it('refuse an upload before it is stored, as a problem', async () => {
    await start({ ANONYMOUS_UPLOADS_PER_HOUR: '1', BYTES_PER_HOUR: '10' });
    const problem = expectProblem(await upload(), { status: 429, code: 'rate_limited' });
    expect(problem.limit).toBe('bytes');
    expect(await traces(service)).toEqual(NOTHING);
  });

  it('take nothing from a limit for what another one refuses', async () => {
    await start({ ANONYMOUS_UPLOADS_PER_HOUR: '5', BYTES_PER_HOUR: '10' });
    expect(await times(3, () => upload())).toEqual([429, 429, 429]);
    expect(fields(await upload(), 'ratelimit')).toMatchObject({ uploads: { r: 4 }, bytes: { r: 10 } });
  });

  it('let the strictest of several win', async () => {
    await start({ LOGINS_PER_MINUTE: '2', WRITES_PER_HOUR: '3' });
    const login = () => ask('POST', '/gate/login');
    expect(await times(3, login)).toEqual([200, 200, 429]);
    clock.advance(60_000);
    expect((await login()).status).toBe(200);
    const answer = await login();
    expect(expectProblem(answer, { status: 429, code: 'rate_limited' }).limit).toBe('writes');
    expect(answer.headers.get('retry-after')).toBe('3540');
  });

  it('hold when many come at once', async () => {
    await start({ READS_PER_HOUR: '10' });
    const answers = await Promise.all(Array.from({ length: 30 }, () => ask('GET', '/jobs')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
  });

  it.each([
    ['203.0.113.5', '203.0.113.6', false],
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['203.0.113.5', '::ffff:203.0.113.5', true],
  ])('count %s and %s together: %s', async (one, other, together) => {
    await start({ READS_PER_HOUR: '1' });
    await ask('GET', '/jobs', one);
    expect((await ask('GET', '/jobs', other)).status).toBe(together ? 429 : 200);
  });

  it('count a resumable upload once, however many pieces it has', async () => {
    await start({ ANONYMOUS_UPLOADS_PER_HOUR: '1', WRITES_PER_HOUR: '1' });
    const begin = () => new TusClient(service.url).create(5, undefined, from('203.0.113.5'));
    const path = (await begin()).headers.get('location')!;
    for (const [offset, body] of [...'abcde'].entries()) {
      const headers = { ...TUS, ...PIECE, ...from('203.0.113.5'), 'upload-offset': `${offset}` };
      expect((await client.send(path, { method: 'PATCH', headers, body })).status).toBe(204);
    }
    expectProblem(await begin(), { status: 429, code: 'rate_limited' });
  });

  it('count bytes that come without a length', async () => {
    await start({ BYTES_PER_HOUR: '5000' });
    const body = multipartBody({ name: 'file', filename: 'a.txt', content: 'x'.repeat(6_000) });
    const headers = {
      'Content-Type': MULTIPART,
      'Transfer-Encoding': 'chunked',
      'X-Forwarded-For': '203.0.113.5',
    };
    const sent = [head('POST', '/upload', headers), chunk(body), chunk('')] as const;
    expect((await rawRequest(service.url, ...sent)).status).toBe(200);
    const answer = await rawRequest(service.url, ...sent);
    expect(expectProblem(answer, { status: 429, code: 'rate_limited' }).limit).toBe('bytes');
  });

  it.each([
    ['off', from('203.0.113.7'), from('203.0.113.8')],
    ['1', from('203.0.113.7, 198.51.100.1'), from('203.0.113.8, 198.51.100.1')],
    ['10.0.0.0/8', from('203.0.113.7'), from('203.0.113.8')],
  ])('are not got round by a forged X-Forwarded-For (TRUST_PROXY=%s)', async (trust, one, other) => {
    await start({ READS_PER_HOUR: '1', TRUST_PROXY: trust });
    expect((await client.send('/jobs', { headers: one })).status).toBe(200);
    expect((await client.send('/jobs', { headers: other })).status).toBe(429);
  });

  it('go by the address that a trusted proxy tells', async () => {
    await start({ READS_PER_HOUR: '1', TRUST_PROXY: '127.0.0.0/8,::1' });
    for (const address of ['203.0.113.7', '203.0.113.8'])
      expect(await times(2, () => ask('GET', '/jobs', address))).toEqual([200, 429]);
  });

  it('spare who tries the service out on the same machine, but for logins', async () => {
    await start({ READS_PER_HOUR: '1', WRITES_PER_HOUR: '1', ANONYMOUS_UPLOADS_PER_HOUR: '1' });
    expect(await times(5, () => client.send('/jobs'))).toEqual([200, 200, 200, 200, 200]);
    expect(await times(5, () => client.sendUpload('x'))).toEqual([200, 200, 200, 200, 200]);
    expect((await client.send('/jobs')).headers.get('ratelimit')).toBeNull();
    expect(await times(6, () => client.send('/gate/login', { method: 'POST' }))).toEqual([
      ...Array.from({ length: 5 }, () => 200),
      429,
    ]);
  });

  it.each(['/livez', '/readyz', '/capacity', '/gate/open', '/docs-json'])('leave %s alone', async (path) => {
    await start({ READS_PER_HOUR: '1' });
    expect(await times(3, () => ask('GET', path))).toEqual([200, 200, 200]);
  });

  it('can be switched off, each and all', async () => {
    await start({ READS_PER_HOUR: '0', WRITES_PER_HOUR: '1' });
    expect(await times(3, () => ask('GET', '/jobs'))).toEqual([200, 200, 200]);
    await service.close();
    await start({ READS_PER_HOUR: '1', RATE_LIMITS: 'off' });
    expect(await times(3, () => ask('GET', '/jobs'))).toEqual([200, 200, 200]);
  });
});
