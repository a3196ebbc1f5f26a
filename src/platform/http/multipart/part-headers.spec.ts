import { MalformedMultipart, UnsupportedBodyType } from './multipart.errors';
import { parsePartHeaders } from './part-headers';

const parse = (...lines: string[]) => parsePartHeaders(Buffer.from(lines.join('\r\n')));
const disposition = (parameters: string) => parse(`Content-Disposition: form-data; ${parameters}`);
const filenameOf = (parameter: string) => disposition(`name="file"; ${parameter}`).filename;

const encoded = (how: string) =>
  parse('Content-Disposition: form-data; name="a"', `Content-Transfer-Encoding: ${how}`);

describe('parsePartHeaders', () => {
  it('reads name, filename and type', () => {
    expect(
      parse(
        'Content-Disposition: form-data; name="file"; filename="a.txt"',
        'Content-Type: text/plain; charset=utf-8',
      ),
    ).toEqual({ name: 'file', filename: 'a.txt', contentType: 'text/plain; charset=utf-8', digests: [] });
  });

  it('takes any case, unquoted, unknown and stray parameters', () => {
    expect(parse('content-disposition:Form-Data;NAME=file ;; x="1;2"; ')).toEqual({
      name: 'file',
      filename: undefined,
      contentType: undefined,
      digests: [],
    });
  });

  it.each(['items[4294967294]', 'items[x]', '__proto__', 'Grüße'])('takes the name %s as it is', (name) => {
    expect(disposition(`name="${name}"`).name).toBe(name);
  });

  it.each([
    ['filename=""', ''],
    ['filename="Grüße 日本 🎉.txt"', 'Grüße 日本 🎉.txt'],
    ['filename="a\\"b%22c.txt"', 'a"b"c.txt'],
    ['filename="..\\x\\y.txt"', '..\\x\\y.txt'],
    ['filename="C:\\x\\"', 'C:\\x\\'],
    ['filename="../../x.txt"', '../../x.txt'],
    ['filename="100%.txt"', '100%.txt'],
    ['filename="\u202Egpj.exe"', '\u202Egpj.exe'],
    [`filename="${'x'.repeat(5000)}"`, 'x'.repeat(5000)],
    ["filename*=UTF-8'en'%e2%82%ac%20rates.txt", '€ rates.txt'],
    ['filename="plain.txt"; filename*=utf-8\'\'extended.txt', 'extended.txt'],
  ])('takes %j', (parameter, expected) => {
    expect(filenameOf(parameter)).toBe(expected);
  });

  it.each([
    'filename="a\rb"',
    'filename="a\nb"',
    'filename="a\r\nb"',
    'filename="a\r\nContent-Type: b"',
    'filename="a\0b"',
    'filename="a%0Db"',
    'filename="a%0ab"',
    "filename*=utf-8''a%0Ab",
    "filename*=utf-8''a%00b",
    "filename*=utf-8''%ff",
    "filename*=utf-8''%2",
    "filename*=iso-8859-1''a",
    'filename*=a',
    'filename="a',
    'filename="a"b"',
    'filename=a b',
    'filename=',
    'filename="a"; filename="b"',
  ])('refuses %j', (parameter) => {
    expect(() => filenameOf(parameter)).toThrow(MalformedMultipart);
  });

  it('refuses bytes that are no UTF-8', () => {
    const block = Buffer.from('Content-Disposition: form-data; name="file"; filename="Gr\xFC.txt"', 'latin1');
    expect(() => parsePartHeaders(block)).toThrow(MalformedMultipart);
  });

  it.each([
    ['no Content-Disposition', ['Content-Type: text/plain']],
    ['an attachment', ['Content-Disposition: attachment; name="a"']],
    ['no name', ['Content-Disposition: form-data; filename="a"']],
    ['an empty name', ['Content-Disposition: form-data; name=""']],
    ['CR in a name', ['Content-Disposition: form-data; name="a%0Db"']],
    ['two names', ['Content-Disposition: form-data; name="a"; name="b"']],
    [
      'two dispositions',
      ['Content-Disposition: form-data; name="a"', 'content-disposition: form-data; name="b"'],
    ],
    ['a folded header', ['Content-Disposition: form-data;', ' name="a"']],
    ['a header without colon', ['Content-Disposition: form-data; name="a"', 'nonsense']],
    ['a header name with a space', ['Content-Disposition: form-data; name="a"', 'X Y: z']],
  ])('refuses %s', (_, lines) => {
    expect(() => parse(...lines)).toThrow(MalformedMultipart);
  });

  it('refuses encoded content', () => {
    expect(() => encoded('base64')).toThrow(UnsupportedBodyType);
    expect(encoded('Binary').name).toBe('a');
  });

  it('is not slowed down by hostile quotes', () => {
    const started = performance.now();
    for (const quotes of ['\\"', '\\', '%22', ';', '" '].map((text) => text.repeat(4000))) {
      expect(() => filenameOf(`filename="${quotes}; filename="b`)).toThrow(MalformedMultipart);
    }
    expect(performance.now() - started).toBeLessThan(500);
  });
});
