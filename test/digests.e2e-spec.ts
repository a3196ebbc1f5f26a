import { createHash } from 'node:crypto';
import { startApp, type TestApp } from './support/app';
import { Client } from './support/client';
import { multipartBody, MULTIPART } from './support/multipart-body';
import { expectProblem } from './support/problem';
import { stored } from './support/traces';

const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('base64');

describe('digests', () => {
  let service: TestApp;
  let client: Client;
  beforeAll(async () => {
    service = await startApp();
    client = new Client(service.url);
  });
  afterAll(() => service.close());

  const content = 'to be kept as it is';
  const body = (...headers: string[]) =>
    multipartBody({ name: 'file', filename: 'a.txt', content, headers }, { name: 'category', content: 'x' });
  const send = (headers: Record<string, string>, ...ofPart: string[]) =>
    client.sendBytes('/upload', body(...ofPart), { 'content-type': MULTIPART, ...headers });

  it.each([
    ['of the whole body', { 'content-digest': `sha-256=:${sha256(body())}:` }],
    ['of the only file', { 'content-digest': `sha-256=:${sha256(content)}:` }],
    ['as it comes back with the download', { 'repr-digest': `sha-256=:${sha256(content)}:` }],
    ['beside one of another algorithm', { 'repr-digest': `md5=:AAAA:, sha-256=:${sha256(content)}:` }],
    ['of another algorithm, which is ignored', { 'content-digest': 'unixsum=:AAAA:' }],
  ])('are accepted %s', async (_, headers) => {
    expect((await send(headers)).status).toBe(200);
  });

  it('are verified for a part', async () => {
    expect((await send({}, `Content-Digest: sha-256=:${sha256(content)}:`)).status).toBe(200);
    const before = await stored(service);
    const answer = await send({}, `Repr-Digest: sha-256=:${sha256('another')}:`);
    expectProblem(answer, { status: 400, code: 'digest_mismatch' });
    expect(await stored(service)).toEqual(before);
  });

  it.each([
    ['content-digest', `sha-256=:${sha256('changed')}:`, 'digest_mismatch'],
    ['repr-digest', `sha-256=:${sha256('changed')}:`, 'digest_mismatch'],
    ['content-digest', 'sha-256=:AAAA:', 'malformed_digest'],
    ['content-digest', `sha-256=${sha256(content)}`, 'malformed_digest'],
    ['content-digest', 'sha-256=7', 'malformed_digest'],
    ['repr-digest', '=', 'malformed_digest'],
  ])('are refused when they are wrong, and nothing is stored: %s: %s', async (name, value, code) => {
    const before = await stored(service);
    expectProblem(await send({ [name]: value }), { status: 400, code });
    expect(await stored(service)).toEqual(before);
  });

  it('must both hold when both are sent', async () => {
    const good = `sha-256=:${sha256(content)}:`;
    const answer = await send({ 'content-digest': good, 'repr-digest': `sha-256=:${sha256('x')}:` });
    expectProblem(answer, { status: 400, code: 'digest_mismatch' });
    expect(answer.json()).toMatchObject({ found_sha256: expect.any(Array) });
  });

  it('come with downloads, unless they are not wanted', async () => {
    const { file_id } = await client.upload(content);
    const digest = async (want?: string) => {
      const headers: Record<string, string> = want === undefined ? {} : { 'want-repr-digest': want };
      return (await client.send(`/files/${file_id}`, { headers })).headers.get('repr-digest');
    };
    const given = `sha-256=:${sha256(content)}:`;
    expect(await digest()).toBe(given);
    expect(await digest('sha-256=10, sha-512=3')).toBe(given);
    expect(await digest('sha-512=10')).toBe(given);
    expect(await digest('nonsense=')).toBe(given);
    expect(await digest('sha-256=0')).toBeNull();
  });
});
