import { keyOf, newUser } from './support/accounts';
import { startApp, type TestApp } from './support/app';
import { Client } from './support/client';
import { expectProblem } from './support/problem';

const UNKNOWN_ID = '019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5';

describe('a service that knows its callers', () => {
  let service: TestApp;
  let anyone: Client;
  beforeAll(async () => {
    service = await startApp({ environment: { AUTH_REQUIRED: 'true' } });
    anyone = new Client(service.url);
  });
  afterAll(() => service.close());

  it.each([
    ['GET', '/jobs'],
    ['HEAD', '/jobs'],
    ['POST', '/jobs'],
    ['GET', '/jobs/events'],
    ['POST', '/upload'],
    ['POST', '/upload/files'],
    ['POST', '/upload/url'],
    ['GET', '/files'],
    ['GET', `/files/${UNKNOWN_ID}`],
    ['GET', `/jobs/${UNKNOWN_ID}`],
    ['GET', `/jobs/${UNKNOWN_ID}/events`],
    ['GET', '/processors'],
    ['GET', '/users/me'],
    ['POST', '/auth/logout'],
    ['GET', '/api-keys'],
  ])('asks for credentials at %s %s', async (method, path) => {
    const answer = await anyone.send(path, { method });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="filemill"');
    expect(answer.status).toBe(401);
    if (method !== 'HEAD') expectProblem(answer, { status: 401, code: 'not_authenticated' });
  });

  it.each([
    '/livez',
    '/readyz',
    '/capacity',
    '/docs',
    '/docs-json',
    '/docs-yaml',
    '/docs/errors',
    '/docs/swagger-ui.css',
  ])('shows %s to everybody, whatever credentials they send', async (path) => {
    expect((await anyone.send(path)).status).toBe(200);
    expect((await new Client(service.url, { authorization: 'Bearer x' }).send(path)).status).toBe(200);
  });

  it('serves users and their keys alike', async () => {
    const user = await newUser(service.url, 'ada');
    const machine = await keyOf(user);
    const { job_id, file_id } = await machine.upload('one two three');
    expect(await user.settled(job_id)).toMatchObject({ status: 'completed', result: { word_count: 3 } });
    expect((await machine.send(`/files/${file_id}`)).text).toBe('one two three');
  });
});

describe('a service for everybody', () => {
  let service: TestApp;
  beforeAll(async () => {
    service = await startApp();
  });
  afterAll(() => service.close());

  it('keeps what users have from those without credentials, and the other way round', async () => {
    const anyone = new Client(service.url);
    const user = await newUser(service.url, 'ada');
    const ours = await anyone.upload('of everybody');
    const theirs = await user.upload('of a user');
    expect((await anyone.jobs()).map(({ job_id }) => job_id)).toEqual([ours.job_id]);
    expect((await user.jobs()).map(({ job_id }) => job_id)).toEqual([theirs.job_id]);
    expectProblem(await anyone.send(`/jobs/${theirs.job_id}`), { status: 404, code: 'job_not_found' });
    expectProblem(await user.send(`/files/${ours.file_id}`), { status: 404, code: 'file_not_found' });
  });

  it.each([
    [{ authorization: 'Bearer nonsense' }],
    [{ authorization: 'Bearer' }],
    [{ authorization: 'Basic YTpi' }],
    [{ authorization: 'fm_000000000000_' }],
    [{ 'x-api-key': 'nonsense' }],
    [{ 'x-api-key': '' }],
    [{ 'x-api-key': 'x', authorization: 'Bearer x' }],
  ])('takes nobody with %j for nobody in particular', async (headers) => {
    const answer = await new Client(service.url, headers).send('/jobs');
    expectProblem(answer, { status: 401, code: 'invalid_token' });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="filemill", error="invalid_token"');
  });

  it('has nothing for those without an account where one is needed', async () => {
    const anyone = new Client(service.url);
    for (const path of ['/users/me', '/api-keys'])
      expectProblem(await anyone.send(path), { status: 401, code: 'not_authenticated' });
  });
});
