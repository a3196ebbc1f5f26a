import { createHash } from 'node:crypto';
import { startApp, type TestApp } from './support/app';
import { Client } from './support/client';
import { MULTIPART, multipartBody } from './support/multipart-body';
import { expectProblem } from './support/problem';
import { head, RawConnection } from './support/raw-request';

const CONTENT = 'abcdefghijklmnopqrstuvwxyz';

describe('GET /files/{id}', () => {
  let service: TestApp;
  let client: Client;
  let path: string;
  beforeAll(async () => {
    service = await startApp();
    client = new Client(service.url);
    path = `/files/${(await client.upload(CONTENT, { filename: 'alphabet.txt' })).file_id}`;
  });
  afterAll(() => service.close());

  const get = (headers: Record<string, string> = {}, method = 'GET') =>
    client.send(path, { method, headers });
  const validators = async () => {
    const { headers } = await get();
    return { etag: headers.get('etag')!, modified: headers.get('last-modified')! };
  };

  it('gives back the bytes with all that keeps a browser from running them', async () => {
    const { status, text, headers } = await get();
    expect([status, text]).toEqual([200, CONTENT]);
    const digest = createHash('sha256').update(CONTENT);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/plain',
      'content-length': '26',
      'content-disposition': 'attachment; filename="alphabet.txt"',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'cache-control': 'private',
      'accept-ranges': 'bytes',
      'repr-digest': `sha-256=:${digest.copy().digest('base64')}:`,
      etag: `"${digest.digest('hex')}"`,
      'last-modified': expect.stringMatching(/ GMT$/),
    });
  });

  it('describes the file without its bytes when asked with HEAD', async () => {
    const [whole, bare] = [await get(), await get({}, 'HEAD')];
    expect([bare.status, bare.text]).toEqual([200, '']);
    const without = ({ headers }: typeof whole) =>
      [...headers].filter(([name]) => !['date', 'x-request-id', 'connection', 'keep-alive'].includes(name));
    expect(without(bare)).toEqual(without(whole));
  });

  it('pays no heed to a Range with HEAD', async () => {
    const { status, headers } = await get({ range: 'bytes=0-1' }, 'HEAD');
    expect([status, headers.get('content-length')]).toEqual([200, '26']);
  });

  it('keeps the connection usable after HEAD, a part and a 304', async () => {
    const { etag } = await validators();
    const requests: [string, Record<string, string>, number][] = [
      ['HEAD', {}, 200],
      ['GET', { 'If-None-Match': etag }, 304],
      ['GET', { Range: 'bytes=3-5' }, 206],
    ];
    const connection = await RawConnection.open(service.url);
    for (const [method, headers, status] of requests) {
      await connection.write(head(method, path, headers));
      expect((await connection.response({ withoutBody: status !== 206 })).status).toBe(status);
    }
    await connection.abort();
  });

  it.each([
    ['the first bytes', 'bytes=0-4', 'abcde', '0-4'],
    ['one byte', 'bytes=25-25', 'z', '25-25'],
    ['from the middle on', 'bytes=20-', 'uvwxyz', '20-25'],
    ['the last bytes', 'bytes=-3', 'xyz', '23-25'],
    ['more than there are at the end', 'bytes=-100', CONTENT, '0-25'],
    ['up to beyond the end', 'bytes=24-99', 'yz', '24-25'],
  ])('gives %s', async (_, range, expected, contentRange) => {
    const { status, text, headers } = await get({ range });
    expect([status, text]).toEqual([206, expected]);
    expect(headers.get('content-range')).toBe(`bytes ${contentRange}/26`);
    expect(headers.get('content-length')).toBe(String(expected.length));
    expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
  });

  it.each(['bytes=26-', 'bytes=26-30', 'bytes=-0', 'bytes=999999999999999999999-'])(
    'refuses the range %s',
    async (range) => {
      const answer = await get({ range });
      expectProblem(answer, { status: 416, code: 'range_not_satisfiable', instance: path });
      expect(answer.headers.get('content-range')).toBe('bytes */26');
      // These would be about the file, which is not what comes.
      for (const header of ['etag', 'last-modified', 'repr-digest', 'content-disposition']) {
        expect([header, answer.headers.get(header)]).toEqual([header, null]);
      }
    },
  );

  it.each([
    ['several ranges', 'bytes=0-1,4-5'],
    ['another unit', 'lines=0-1'],
    ['no range at all', 'bytes=abc'],
    ['nonsense', '🦄'.normalize('NFKD').replaceAll(/[^\0-~]/g, '?')],
  ])('gives the whole file for %s', async (_, range) => {
    const { status, text, headers } = await get({ range });
    expect([status, text, headers.get('content-range')]).toEqual([200, CONTENT, null]);
  });

  it('gives the part only while If-Range holds', async () => {
    const { etag, modified } = await validators();
    for (const [ifRange, status] of [
      [etag, 206],
      [modified, 206],
      ['"other"', 200],
      [`W/${etag}`, 200],
      ['Thu, 01 Jan 1970 00:00:00 GMT', 200],
      ['nonsense', 200],
    ] as const) {
      expect((await get({ range: 'bytes=0-1', 'if-range': ifRange })).status).toBe(status);
    }
  });

  it('answers 304 without a body to whoever has it already', async () => {
    const { etag, modified } = await validators();
    for (const headers of [
      { 'if-none-match': etag },
      { 'if-none-match': `"other", W/${etag}` },
      { 'if-none-match': '*' },
      { 'if-modified-since': modified },
      { 'if-none-match': etag, 'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' },
      { 'if-none-match': etag, range: 'bytes=0-1' },
    ] as Record<string, string>[]) {
      const answer = await get(headers);
      expect([headers, answer.status, answer.text]).toEqual([headers, 304, '']);
      expect(answer.headers.get('etag')).toBe(etag);
    }
  });

  it('answers with the file to whoever has another', async () => {
    const { modified } = await validators();
    for (const headers of [
      { 'if-none-match': '"other"' },
      { 'if-none-match': '"other"', 'if-modified-since': modified },
      { 'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' },
      { 'if-modified-since': 'nonsense' },
    ] as Record<string, string>[]) {
      expect([headers, (await get(headers)).status]).toEqual([headers, 200]);
    }
  });

  it('refuses when the precondition does not hold, and only then', async () => {
    const { etag, modified } = await validators();
    for (const headers of [
      { 'if-match': '"other"' },
      { 'if-match': `W/${etag}` },
      { 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' },
    ] as Record<string, string>[]) {
      expectProblem(await get(headers), { status: 412, code: 'precondition_failed', instance: path });
    }
    for (const headers of [
      { 'if-match': etag },
      { 'if-match': '*' },
      { 'if-match': `"other", ${etag}` },
      { 'if-unmodified-since': modified },
      { 'if-match': etag, 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' },
    ] as Record<string, string>[]) {
      expect([headers, (await get(headers)).status]).toEqual([headers, 200]);
    }
  });

  it('serves an empty file, which has no range', async () => {
    const { file_id } = await client.upload('');
    const whole = await client.send(`/files/${file_id}`);
    expect([whole.status, whole.text, whole.headers.get('content-length')]).toEqual([200, '', '0']);
    const part = await client.send(`/files/${file_id}`, { headers: { range: 'bytes=0-' } });
    expectProblem(part, { status: 416, code: 'range_not_satisfiable' });
    expect(part.headers.get('content-range')).toBe('bytes */0');
  });

  it('serves parts of a large file as they are in the whole', async () => {
    const large = Buffer.from(Array.from({ length: 200_000 }, (_, index) => `${index}\n`).join(''));
    const { file_id } = await client.upload(large);
    for (const [start, end] of [
      [0, 0],
      [65_535, 65_536],
      [262_143, 786_500],
      [large.length - 1, large.length - 1],
    ]) {
      const headers = { range: `bytes=${start}-${end}` };
      const { bytes } = await client.send(`/files/${file_id}`, { headers });
      expect(bytes.equals(large.subarray(start, end + 1))).toBe(true);
    }
  });

  it.each([
    ['quote%22s.txt', 'quote"s.txt', String.raw`attachment; filename="quote\"s.txt"`],
    [
      'naïve 日本 🦄.txt',
      'naïve 日本 🦄.txt',
      `attachment; filename="naïve ?? ??.txt"; filename*=UTF-8''na%C3%AFve%20%E6%97%A5%E6%9C%AC%20%F0%9F%A6%84.txt`,
    ],
    ['50%25.txt', '50%25.txt', `attachment; filename="50%25.txt"; filename*=UTF-8''50%2525.txt`],
    ['a;b=c, d.txt', 'a;b=c, d.txt', 'attachment; filename="a;b=c, d.txt"'],
    ["it's (1).txt", "it's (1).txt", `attachment; filename="it's (1).txt"`],
    ['-rf.txt', '-rf.txt', 'attachment; filename="-rf.txt"'],
  ])('names the download %s in one well-formed header', async (sent, filename, disposition) => {
    const body = multipartBody({ name: 'file', filename: sent, content: 'x' });
    const upload = await client.sendBytes('/upload', body, { 'content-type': MULTIPART });
    const { file_id, ...file } = upload.json<{ file_id: string; filename: string }>();
    expect(file.filename).toBe(filename);
    const { headers } = await client.send(`/files/${file_id}`);
    expect(Buffer.from(headers.get('content-disposition')!, 'latin1').toString('latin1')).toBe(disposition);
  });
});
