import { startApp, type TestApp } from '../support/app';
import { Client } from '../support/client';
import { MULTIPART, multipartBody } from '../support/multipart-body';
import { expectProblem } from '../support/problem';
import { NOTHING, traces } from '../support/traces';

const JSON_TYPE = { 'content-type': 'application/json' };

describe('properties that nobody asked for', () => {
  let service: TestApp;
  let client: Client;
  let fileId: string;
  beforeAll(async () => {
    service = await startApp();
    client = new Client(service.url);
    ({ file_id: fileId } = await client.upload('x'));
  });
  afterAll(() => service.close());

  /** What every object has when a prototype was changed. */
  const pollution = () => [
    ({} as Record<string, unknown>)['polluted'],
    ([] as unknown as Record<string, unknown>)['polluted'],
    (Object.prototype as unknown as Record<string, unknown>)['owner'],
  ];
  afterEach(() => {
    if (pollution().some((value) => value !== undefined)) throw new Error('A prototype was changed.');
  });

  it.each([
    ['owner', '"owner":"somebody"'],
    ['status', '"status":"completed"'],
    ['job_id', '"job_id":"019a9c1e-7b3d-7c52-8a41-5d8f3c9b2e10"'],
    ['attempt', '"attempt":-5'],
    ['a nested one', '"a":{"b":{"c":1}}'],
  ])('are refused in JSON: %s', async (_, property) => {
    const answer = await client.sendBytes(
      '/jobs',
      Buffer.from(`{"file_id":"${fileId}",${property}}`),
      JSON_TYPE,
    );
    expectProblem(answer, { status: 422, code: 'validation_failed' });
  });

  it.each([
    '"__proto__":{"polluted":true,"owner":"somebody"}',
    '"__proto__":null',
    '"constructor":{"prototype":{"polluted":true}}',
    '"prototype":{"polluted":true}',
    '"toString":"polluted"',
    '"options":{"__proto__":{"polluted":true}}',
    '"options":{"constructor":{"prototype":{"polluted":true}}}',
  ])('change nothing for others, whatever the answer: %s', async (property) => {
    const answer = await client.sendBytes(
      '/jobs',
      Buffer.from(`{"file_id":"${fileId}",${property}}`),
      JSON_TYPE,
    );
    expect([200, 400, 422]).toContain(answer.status);
    const [{ file_id }] = await client.jobs('?limit=1');
    expect(file_id).toBe(fileId);
  });

  it.each(['owner', 'file_id', 'sha256', '__proto__[polluted]', 'a[b]', 'a.b'])(
    'are refused in a form, which stores nothing: %s',
    async (name) => {
      const other = await startApp();
      const body = multipartBody(
        { name: 'file', filename: 'a.txt', content: 'x' },
        { name, content: 'true' },
      );
      const answer = await new Client(other.url).sendBytes('/upload', body, { 'content-type': MULTIPART });
      expectProblem(answer, { status: 422, code: 'validation_failed' });
      expect(await traces(other)).toEqual(NOTHING);
      await other.close();
    },
  );

  /** Names that every object has are left out before a form is judged. */
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'change nothing in a form: %s',
    async (name) => {
      const body = multipartBody(
        { name: 'file', filename: 'a.txt', content: 'x' },
        { name, content: 'true' },
      );
      const answer = await client.sendBytes('/upload', body, { 'content-type': MULTIPART });
      expect([200, 422]).toContain(answer.status);
      expect((await client.send('/jobs')).status).toBe(200);
    },
  );

  it.each([
    'owner=x',
    '__proto__[polluted]=1',
    'constructor[prototype][polluted]=1',
    'limit[]=1',
    'limit=1&limit=2',
  ])('are refused in a query: %s', async (query) => {
    expectProblem(await client.send(`/jobs?${query}`), { status: 422, code: 'validation_failed' });
  });
});
