import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { startApp, type TestApp } from '../support/app';
import { Client } from '../support/client';
import { MULTIPART, multipartBody } from '../support/multipart-body';
import { expectProblem } from '../support/problem';
import { traces } from '../support/traces';

/** The file name in a Content-Disposition as RFC 6266 (section 4.3) has it read: the extended one wins. */
function nameIn(disposition: string): string {
  const extended = /; filename\*=UTF-8''(\S+)$/.exec(disposition)?.[1];
  if (extended !== undefined) return decodeURIComponent(extended);
  const [, quoted, token] = /; filename=(?:"((?:[^"\\]|\\.)*)"|([^\s";]+))$/.exec(disposition)!;
  const plain = token ?? quoted.replaceAll(/\\(.)/g, '$1');
  return Buffer.from(plain, 'latin1').toString('latin1');
}

describe('a hostile file name', () => {
  let service: TestApp;
  let client: Client;
  beforeAll(async () => {
    service = await startApp();
    client = new Client(service.url);
  });
  afterAll(() => service.close());

  const send = (filename: string | Uint8Array) => {
    const [before, after] = multipartBody({ name: 'file', filename: '*', content: 'x' })
      .toString('latin1')
      .split('*');
    const body = Buffer.concat([Buffer.from(before), Buffer.from(filename as string), Buffer.from(after)]);
    return client.sendBytes('/upload', body, { 'content-type': MULTIPART });
  };
  const stored = async (filename: string | Uint8Array) => {
    const answer = await send(filename);
    expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
    return answer.json<{ filename: string; file_id: string; job_id: string }>();
  };

  it.each([
    ['../../x.txt', 'x.txt'],
    ['..\\x.txt', 'x.txt'],
    ['C:\\Users\\me\\x.txt', 'x.txt'],
    ['C:x.txt', 'C:x.txt'],
    ['/etc/passwd/../x.txt', 'x.txt'],
    ['\\\\server\\share\\x.txt', 'x.txt'],
    ['....//x.txt', 'x.txt'],
    ['CON.txt', 'CON.txt'],
    ['-rf.txt', '-rf.txt'],
    ['..txt.txt', '..txt.txt'],
    ['$(reboot).txt', '$(reboot).txt'],
    ['%2e%2e%2fx.txt', '%2e%2e%2fx.txt'],
    ['<script>alert(1)<.txt', '<script>alert(1)<.txt'],
    ['  spaces .txt  ', 'spaces .txt'],
    ['quote%22quote.txt', 'quote"quote.txt'],
    ['back\\"slash.txt', 'back"slash.txt'],
    ['日本語 – naïve 🦄.txt', '日本語 – naïve 🦄.txt'],
    ['e\u0301.txt', 'e\u0301.txt'],
    ['invoice\u202etxt.exe.txt', 'invoicetxt.exe.txt'],
    ['a\u200bb\u200dc\ufeffd\u2066e.txt', 'abcde.txt'],
    ['x.TXT', 'x.TXT'],
    ['tab.txt;filename=evil.exe.txt', 'tab.txt;filename=evil.exe.txt'],
  ])('%j is shown as %j, given back so, and stored under an id', async (sent, shown) => {
    const { filename, file_id, job_id } = await stored(sent);
    expect(filename).toBe(shown);
    expect((await client.job(job_id)).filename).toBe(shown);
    const { headers } = await client.send(`/files/${file_id}`);
    expect(nameIn(headers.get('content-disposition')!)).toBe(shown);
    const { blobs } = await traces(service);
    const blob = blobs.find((path) => path.endsWith(file_id));
    expect(blob).toMatch(/^originals\//);
  });

  it('never leaves anything outside the places of the service', async () => {
    await stored('../../../../escaped.txt');
    const database = /^(filemill\.sqlite(-shm|-wal)?|migration\.lock)$/; // unless that is PostgreSQL
    const others = readdirSync(service.dataDir).filter((name) => !database.test(name));
    expect(others.toSorted()).toEqual(['files', 'jwt.secret', 'outbox']);
    const places = ['blobs', 'growing', 'unfinished', 'copies'];
    expect(places).toEqual(expect.arrayContaining(readdirSync(join(service.dataDir, 'files'))));
    const { blobs } = await traces(service);
    expect(blobs.filter((key) => !key.startsWith('originals/'))).toEqual([]);
  });

  it.each([
    ['NUL', 'a\0.txt', 'malformed_multipart'],
    ['NUL before another extension', 'a.txt\0.exe', 'malformed_multipart'],
    ['CR', 'a\r.txt', 'malformed_multipart'],
    ['LF', 'a\n.txt', 'malformed_multipart'],
    ['CR and LF that begin a header', 'a\r\nX-Evil: 1\r\n.txt', 'malformed_multipart'],
    ['CR and LF as a browser writes them', 'a%0D%0A.txt', 'malformed_multipart'],
    ['an escape sequence', 'a\u001b[31m.txt', 'invalid_file_name'],
    ['a tab', 'a\tb.txt', 'invalid_file_name'],
    ['DEL', 'a\u007f.txt', 'invalid_file_name'],
    ['a C1 control', 'a\u0085.txt', 'invalid_file_name'],
    ['nothing', '', 'missing_file'],
    ['two dots', '..', 'invalid_file_name'],
    ['a directory', 'a.txt/', 'invalid_file_name'],
    ['only what is invisible', '\u200b\u202e', 'invalid_file_name'],
    ['Latin-1', Buffer.from('na\xefve.txt', 'latin1'), 'malformed_multipart'],
    ['overlong UTF-8', Buffer.from([0xc0, 0xaf, 0x2e, 0x74, 0x78, 0x74]), 'malformed_multipart'],
    ['half a surrogate pair', Buffer.from([0xed, 0xa0, 0x80, 0x2e, 0x74, 0x78, 0x74]), 'malformed_multipart'],
    ['a dot at the end', 'a.', 'unsupported_file_type'],
    ['.htaccess', '.htaccess', 'unsupported_file_type'],
    ['.txt alone', '.txt', 'unsupported_file_type'],
    ['no extension', 'README', 'unsupported_file_type'],
    ['an alternate data stream', 'a.txt::$DATA', 'unsupported_file_type'],
    ['10,000 bytes', `${'x'.repeat(10_000)}.txt`, 'malformed_multipart'],
  ])('with %s is refused', async (_, filename, code) => {
    const before = await traces(service);
    expectProblem(await send(filename), { status: 400, code, instance: '/upload' });
    expect((await traces(service)).blobs).toEqual(before.blobs);
  });

  it.each([
    ['ASCII', 'x'.repeat(5_000), 'x'.repeat(251)],
    ['three bytes a character', '日'.repeat(1_600), '日'.repeat(83)],
    ['four bytes a character', '🦄'.repeat(1_200), '🦄'.repeat(62)],
  ])('of 5,000 bytes, %s, is cut to 255 bytes between two characters', async (_, stem, kept) => {
    const { filename, file_id } = await stored(`${stem}.txt`);
    expect(filename).toBe(`${kept}.txt`);
    const { headers } = await client.send(`/files/${file_id}`);
    expect(nameIn(headers.get('content-disposition')!)).toBe(filename);
  });

  it('takes the extended form of RFC 8187 for the name', async () => {
    const extended = `a.txt"; filename*=UTF-8''%E2%82%AC%20rates.txt; x="`;
    expect((await stored(extended)).filename).toBe('€ rates.txt');
  });

  it('that 50 files have at once is the name of 50 files', async () => {
    const uploads = await Promise.all(
      Array.from({ length: 50 }, (_, index) => client.upload(`content ${index}`, { filename: 'same.txt' })),
    );
    expect(new Set(uploads.map(({ file_id }) => file_id)).size).toBe(50);
    const contents = await Promise.all(uploads.map(({ file_id }) => client.send(`/files/${file_id}`)));
    expect(contents.map(({ text }) => text)).toEqual(uploads.map((_, index) => `content ${index}`));
    expect(await client.files('?filename=same.txt&limit=500')).toHaveLength(50);
  });
});
