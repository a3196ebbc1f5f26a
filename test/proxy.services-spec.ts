import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { startApp, type TestApp } from './support/app';
import { Client, waitFor } from './support/client';
import { EventReader } from './support/event-reader';
import { Gates } from './support/gates';
import { BOUNDARY, CLOSE, MULTIPART } from './support/multipart-body';
import { expectProblem } from './support/problem';
import { Proxy } from './support/proxy';
import { head, RawConnection } from './support/raw-request';
import { testProcessor } from './support/test-processors';

const KiB = 1024;
const MiB = KiB * KiB;

describe('deploy/nginx.conf', () => {
  let app: TestApp;
  let proxy: Proxy;
  let client: Client;

  beforeAll(async () => {
    app = await startApp({ environment: { TRUST_PROXY: '1' }, processors: [testProcessor('gated')] });
    proxy = await Proxy.start([app.url]);
    client = new Client(proxy.url);
  });
  afterAll(async () => {
    await proxy.close();
    await app.close();
  });

  /** Bytes of an upload that are on the disk of the service, while it is under way. */
  function arriving(): number {
    const directory = join(app.dataDir, 'files', 'unfinished');
    return readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
  }

  it('is one that nginx takes', () => {
    expect(() => Proxy.check()).not.toThrow();
  });

  it('hands an upload on while it comes', async () => {
    const part = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n`;
    const half = Buffer.alloc(2 * MiB, 'word ');
    const length = part.length + 2 * half.length + 2 + CLOSE.length;
    const connection = await RawConnection.open(proxy.url);
    const headers = { 'Content-Type': MULTIPART, 'Content-Length': String(length) };
    await connection.write(head('POST', '/upload', headers) + part);
    await connection.write(half);
    await waitFor(
      () => Promise.resolve(arriving()),
      (bytes) => bytes > MiB,
    );
    await connection.write(half);
    await connection.write(`\r\n${CLOSE.toString()}`);
    const { status, text } = await connection.response();
    expect([status, JSON.parse(text)]).toEqual([
      200,
      expect.objectContaining({ size_bytes: 2 * half.length }),
    ]);
    await connection.abort();
  });

  it('lets the service say what is too large', async () => {
    const answer = await client.sendUpload(Buffer.alloc(11 * MiB, 'a'));
    expectProblem(answer, { status: 413, code: 'body_too_large', instance: '/upload' });
  });

  it('shows events as they happen', async () => {
    const gates = new Gates(client, app.dataDir);
    const job = await gates.running();
    const reader = await EventReader.open(`${proxy.url}/jobs/${job.job_id}/events`);
    await reader.until(({ event }) => event === 'job.started');
    gates.releaseAll();
    await reader.until(({ event }) => event === 'job.completed');
    await reader.close();
  });

  it('leads those who send in pieces back to itself', async () => {
    const headers = {
      'Tus-Resumable': '1.0.0',
      'Upload-Length': '3',
      'Upload-Metadata': 'filename YS50eHQ=',
    };
    const created = await client.send('/upload/resumable', { method: 'POST', headers });
    const location = new URL(created.headers.get('location')!, `${proxy.url}/upload/resumable`);
    expect([created.status, location.origin]).toEqual([201, proxy.url]);
    const asked = await fetch(location, { method: 'HEAD', headers: { 'Tus-Resumable': '1.0.0' } });
    expect([asked.status, asked.headers.get('upload-offset')]).toEqual([200, '0']);
  });

  it('hands on a download whole', async () => {
    const content = Buffer.alloc(8 * MiB, 'download ');
    const { file_id } = await client.upload(content);
    expect((await client.send(`/files/${file_id}`)).ok().bytes.equals(content)).toBe(true);
  });
});

describe('deploy/nginx.conf, when instances go', () => {
  it('asks another one, and says so in a problem document when there is none', async () => {
    const [first, second] = [await startApp(), await startApp()];
    const proxy = await Proxy.start([first.url, second.url]);
    const client = new Client(proxy.url);
    await first.close();
    for (let request = 0; request < 4; request++) expect((await client.sendUpload('text')).status).toBe(200);
    await second.close();
    const answer = await client.send('/jobs');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.json()).toMatchObject({ status: 503, code: 'no_instance' });
    await proxy.close();
  });
});
