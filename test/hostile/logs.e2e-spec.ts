import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChildServer } from '../support/child-server';
import { Client } from '../support/client';
import { head, rawRequest } from '../support/raw-request';

interface LogLine {
  readonly level: number;
  readonly req?: { readonly id: string; readonly method: string; readonly path: string };
  readonly res?: { readonly statusCode: number };
}

describe('the log', () => {
  let dataDir: string;
  beforeEach(() => (dataDir = mkdtempSync(join(tmpdir(), 'filemill-e2e-'))));
  afterEach(async () => {
    await ChildServer.killAll();
    rmSync(dataDir, { recursive: true });
  });

  it('tells each request in one line of JSON, without what is secret or would forge another line', async () => {
    const server = await ChildServer.start({ dataDir, environment: { LOG_LEVEL: 'info' } });
    const client = new Client(server.url);
    const { job_id } = await client.upload('the content is secret-1', {
      filename: 'secret-2.txt',
      fields: { description: 'secret-3', category: 'secret-4' },
    });
    await client.settled(job_id);
    await client.send('/jobs?filename=secret-5&limit=x', {
      headers: { authorization: 'Bearer secret-6', cookie: 'a=secret-7', 'x-api-key': 'secret-8' },
    });
    await client.send('/jobs?filename=secret-5&limit=x');
    await client.sendJson('/jobs', { file_id: 'secret-9' });
    await rawRequest(server.url, head('GET', '/jobs/%0d%0a{"level":60}%1b[31m', { 'X-Request-Id': 'my-id' }));
    await server.terminate();

    const lines = server.output.split('\n').filter((line) => line.startsWith('{'));
    const logged = lines.map((line) => JSON.parse(line) as LogLine);
    const requests = logged.flatMap(({ req, res }) => (req && res ? { ...req, status: res.statusCode } : []));
    expect(requests).toEqual(
      expect.arrayContaining([
        { id: expect.any(String), method: 'POST', path: '/upload', status: 200 },
        { id: expect.any(String), method: 'GET', path: '/jobs', status: 401 },
        { id: expect.any(String), method: 'GET', path: '/jobs', status: 422 },
        { id: expect.any(String), method: 'POST', path: '/jobs', status: 422 },
        { id: 'my-id', method: 'GET', path: '/jobs/%0d%0a{"level":60}%1b[31m', status: 404 },
      ]),
    );
    expect(logged.every(({ level }) => level <= 40)).toBe(true);
    for (const forbidden of ['secret', '\u001b']) expect(server.output).not.toContain(forbidden);
  });

  it('tells why a request failed, with the id that the client was given', async () => {
    const server = await ChildServer.start({ dataDir });
    const client = new Client(server.url);
    const { status } = await client.send('/upload/resumable', {
      method: 'POST',
      headers: {
        'x-request-id': 'it-failed',
        'tus-resumable': '1.0.0',
        'upload-length': '5',
        'upload-concat': 'partial',
      },
    });
    await server.terminate();

    expect(status).toBe(501);
    const lines = server.output.split('\n').filter((line) => line.includes('it-failed'));
    const req = { id: 'it-failed', method: 'POST', path: '/upload/resumable' };
    const why = expect.stringContaining('unsupported_tus_extension') as unknown;
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ level: 50, req, msg: why }),
      expect.objectContaining({ level: 50, req, res: { statusCode: 501 }, msg: 'request completed' }),
    ]);
  });
});
