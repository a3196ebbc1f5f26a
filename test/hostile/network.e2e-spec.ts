import { startApp, type TestApp } from '../support/app';
import { Client, waitFor } from '../support/client';
import { MULTIPART, multipartBody } from '../support/multipart-body';
import { expectProblem } from '../support/problem';
import { chunk, head, RawConnection, rawRequest } from '../support/raw-request';
import { storedFiles, type StoredFiles } from '../support/stored-files';
import { NOTHING, openDescriptors, traces } from '../support/traces';

const MiB = 1024 * 1024;

describe('the network', () => {
  let service: TestApp;
  let client: Client;
  beforeAll(async () => {
    service = await startApp({ environment: { MAX_FILE_SIZE_BYTES: `${64 * MiB}` } });
    client = new Client(service.url);
  });
  afterAll(() => service.close());

  const blobOf = async (fileId: string) =>
    (await traces(service)).blobs.find((path) => path.endsWith(fileId))!;

  describe('a download that goes wrong', () => {
    it.each([
      ['is gone', (files: StoredFiles, blob: string) => files.remove(blob)],
      ['is shorter', (files: StoredFiles, blob: string) => files.replace(blob, Buffer.from('abc'))],
      ['is longer', (files: StoredFiles, blob: string) => files.replace(blob, Buffer.from('abcdefghi+'))],
    ])('is refused as a whole when the blob %s', async (_, damage) => {
      const { file_id } = await client.upload('abcdefghi');
      await damage(storedFiles(service), await blobOf(file_id));
      for (const headers of [{}, { range: 'bytes=0-1' }] as Record<string, string>[]) {
        const answer = await client.send(`/files/${file_id}`, { headers });
        expectProblem(answer, { status: 500, code: 'blob_missing', instance: `/files/${file_id}` });
        expect(answer.headers.get('repr-digest')).toBeNull();
      }
      expect((await client.send(`/files/${file_id}`, { method: 'HEAD' })).status).toBe(500);
    });

    it.each([9, 300_000, 2 * MiB])(
      'never ends well when the blob has changed without changing its %d bytes in number',
      async (size) => {
        const content = Buffer.alloc(size, 'x');
        const { file_id } = await client.upload(content);
        content[size - 1]++;
        await storedFiles(service).replace(await blobOf(file_id), content);
        await expect(client.send(`/files/${file_id}`)).rejects.toThrow(/terminated|fetch failed/);
      },
    );

    it('leaves nothing open when the client goes away', async () => {
      const { file_id } = await client.upload(Buffer.alloc(8 * MiB, 'x'));
      const baseline = openDescriptors();
      for (let round = 0; round < 10; round++) {
        const connections = await Promise.all(
          Array.from({ length: 10 }, () => RawConnection.open(service.url)),
        );
        await Promise.all(
          connections.map(async (connection) => {
            await connection.write(head('GET', `/files/${file_id}`));
            await connection.response({ withoutBody: true });
            await connection.abort();
          }),
        );
      }
      await waitFor(openDescriptors, (count) => count <= baseline);
      expect((await client.send(`/files/${file_id}`)).bytes).toHaveLength(8 * MiB);
    });
  });

  describe('a request of a strange kind', () => {
    it.each(['%00', '..%2f..%2fetc%2fpasswd', '%2e%2e%5c', '%252e%252e'])(
      'with the id %s finds nothing, on every route',
      async (id) => {
        for (const path of [`/files/${id}`, `/jobs/${id}`, `/jobs/${id}/result`]) {
          const { status } = await rawRequest(service.url, head('GET', path));
          expect(status).toBe(404);
        }
      },
    );

    it('is answered in its turn when several come at once', async () => {
      const connection = await RawConnection.open(service.url);
      const body = multipartBody({ name: 'file', filename: 'a.txt', content: 'x' });
      const upload = head('POST', '/upload', {
        'Content-Type': MULTIPART,
        'Content-Length': `${body.length}`,
      });
      await connection.write(
        Buffer.concat([
          Buffer.from(upload),
          body,
          Buffer.from(head('GET', '/livez') + head('GET', '/nothing')),
        ]),
      );
      const statuses = [];
      for (let count = 0; count < 3; count++) statuses.push((await connection.response()).status);
      expect(statuses).toEqual([200, 200, 404]);
      await connection.abort();
    });

    it('is answered when the client has closed its side already', async () => {
      const connection = await RawConnection.open(service.url);
      await connection.write(head('GET', '/livez'));
      connection.socket.end();
      expect((await connection.response()).status).toBe(200);
      await connection.closed;
    });

    it.each(['GET /jobs', 'POST /upload', 'GET /nothing'])('%s without Host is malformed', async (line) => {
      const answer = await rawRequest(service.url, `${line} HTTP/1.1\r\nContent-Length: 0\r\n\r\n`);
      expectProblem(answer, { status: 400, code: 'malformed_request' });
    });

    it('is answered in HTTP/1.0', async () => {
      const connection = await RawConnection.open(service.url);
      await connection.write('GET /livez HTTP/1.0\r\n\r\n');
      expect((await connection.everything()).toString('latin1')).toMatch(
        /^HTTP\/1\.1 200 OK[^]*\{"status":"ok"\}$/,
      );
    });

    it('is told to go on when it waits for that', async () => {
      const connection = await RawConnection.open(service.url);
      const body = multipartBody({ name: 'file', filename: 'a.txt', content: 'x' });
      await connection.write(
        head('POST', '/upload', {
          'Content-Type': MULTIPART,
          'Content-Length': `${body.length}`,
          Expect: '100-continue',
        }),
      );
      expect((await connection.response()).status).toBe(100);
      await connection.write(body);
      expect((await connection.response()).status).toBe(200);
      await connection.abort();
    });
  });

  it.each([
    ['chunks that are none', 'zz\r\nxx\r\n'],
    ['a chunk longer than it says', '1\r\nxxxx\r\n'],
    ['a chunk length beyond all bounds', 'fffffffffffffffffff\r\n'],
  ])('%s in an upload are answered with 400 and leave nothing', async (_, broken) => {
    for (const { job_id } of await client.jobs('?limit=500')) await client.delete(job_id);
    await waitFor(
      () => traces(service),
      ({ blobs, tasks }) => blobs.length + tasks === 0,
    );
    const connection = await RawConnection.open(service.url);
    await connection.write(
      head('POST', '/upload', { 'Content-Type': MULTIPART, 'Transfer-Encoding': 'chunked' }),
    );
    await connection.write(
      chunk(multipartBody({ name: 'file', filename: 'a.txt', content: 'x' }).subarray(0, -9)),
    );
    await waitFor(
      () => traces(service),
      ({ unfinished }) => unfinished.length === 1,
    );
    await connection.write(broken);
    const { status, text } = await connection.response();
    expect([status, JSON.parse(text)]).toMatchObject([400, { code: 'malformed_request' }]);
    await connection.closed;
    expect(
      await waitFor(
        () => traces(service),
        ({ unfinished }) => unfinished.length === 0,
      ),
    ).toEqual(NOTHING);
  });
});
