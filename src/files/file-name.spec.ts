import { cleanFileName, extensionOf } from './file-name';
import { InvalidFileName } from './files.errors';

describe('cleanFileName', () => {
  it.each([
    ['report.txt', 'report.txt'],
    ['../../x.txt', 'x.txt'],
    ['..\\x.txt', 'x.txt'],
    ['C:\\fakepath\\x.txt', 'x.txt'],
    ['/etc/passwd.txt', 'passwd.txt'],
    ['Übergröße – 日本語 🎉.txt', 'Übergröße – 日本語 🎉.txt'],
    ['e\u0301te\u0301.txt', 'e\u0301te\u0301.txt'],
    ['cod\u202Etxt.exe', 'codtxt.exe'],
    ['zero\u200Bwidth\uFEFF.txt', 'zerowidth.txt'],
    ['  spaces  .txt ', 'spaces  .txt'],
    ['CON.txt', 'CON.txt'],
    ['-rf.txt', '-rf.txt'],
    ['"quoted".txt', '"quoted".txt'],
  ])('%j is shown as %j', (raw, shown) => expect(cleanFileName(raw)).toBe(shown));

  it.each([
    '',
    ' ',
    '.',
    '..',
    '/',
    'a/',
    'a\\..',
    '\u202E\u200B',
    'a\rb.txt',
    'a\nb.txt',
    'a\0b.txt',
    'a\u0085b.txt',
  ])('refuses %j', (raw) => expect(() => cleanFileName(raw)).toThrow(InvalidFileName));

  it.each(['a', 'ü', '日', '🎉'])(
    'cuts a name of 5,000 times %s to 255 bytes at a code point, with its extension',
    (character) => {
      const name = cleanFileName(`${character.repeat(5000)}.txt`);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
      expect(Buffer.byteLength(name)).toBeGreaterThan(251);
      expect(name).toMatch(/\.txt$/);
      expect(name.isWellFormed()).toBe(true);
    },
  );

  it('cuts an extension of 5,000 bytes too', () => {
    expect(Buffer.byteLength(cleanFileName(`a.${'x'.repeat(5000)}`))).toBe(255);
  });
});

describe('extensionOf', () => {
  it.each([
    ['a.TXT', '.txt'],
    ['a.tar.gz', '.gz'],
    ['.htaccess', ''],
    ['a', ''],
    ['a.', '.'],
  ])('%s: %j', (name, extension) => expect(extensionOf(name)).toBe(extension));
});
