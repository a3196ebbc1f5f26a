import { Filemill } from '@filemill/sdk';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { newKey, newUser } from './support/accounts';
import { startApp, type TestApp } from './support/app';
import type { Client } from './support/client';

describe('the SDK with a service that knows its callers', () => {
  let service: TestApp;
  let user: Client;
  beforeAll(async () => {
    service = await startApp({ environment: { AUTH_REQUIRED: 'true' } });
    user = await newUser(service.url, 'ada');
  });
  afterAll(() => service.close());

  const file = () => new File(['one two'], 'a.txt');

  it('needs credentials, and says so', async () => {
    const nobody = new Filemill({ baseUrl: service.url });
    await expect(nobody.listJobs()).rejects.toMatchObject({ status: 401, code: 'not_authenticated' });
    expect(await nobody.livez()).toEqual({ status: 'ok' });
  });

  it('goes all the way with an API key', async () => {
    const { key } = await newKey(user);
    const filemill = new Filemill({ baseUrl: service.url, apiKey: key });
    const job = await filemill.uploadAndWait({ body: { file: file() } });
    expect(job).toMatchObject({ status: 'completed', result: { word_count: 2 } });
    const seen = [];
    for await (const { status } of filemill.watch(job.job_id)) seen.push(status);
    expect(seen).toEqual(['completed']);
    const listed = [];
    for await (const { job_id } of filemill.eachJob({ limit: 1 })) listed.push(job_id);
    expect(listed).toEqual([job.job_id]);
    const blob = await filemill.downloadFile({ path: { file_id: job.file_id } });
    expect(await blob.text()).toBe('one two');
  });

  it('logs in, and asks for a token each time it needs one', async () => {
    const nobody = new Filemill({ baseUrl: service.url });
    const body = { username: 'grace', email: 'grace@example.org', password: 'a long enough one' };
    await nobody.register({ body });
    let tokens = await nobody.login({ body: { username: 'grace', password: body.password } });
    const fixed = new Filemill({ baseUrl: service.url, token: tokens.access_token });
    expect(await fixed.getCurrentUser()).toMatchObject({ username: 'grace' });
    const asked: string[] = [];
    const token = async () => {
      tokens = await nobody.refreshTokens({ body: { refresh_token: tokens.refresh_token } });
      asked.push(tokens.access_token);
      return tokens.access_token;
    };
    const filemill = new Filemill({ baseUrl: service.url, token });
    await filemill.listJobs();
    await filemill.listFiles();
    expect(asked).toHaveLength(2);
  });

  it('carries the demo', async () => {
    const { key } = await newKey(user);
    const root = join(__dirname, '..');
    const env = { ...process.env, FILEMILL_URL: service.url, FILEMILL_API_KEY: key };
    const { stdout } = await promisify(execFile)(process.execPath, ['tools/demo.js'], { cwd: root, env });
    expect(stdout).toContain('is completed');
  });
});
