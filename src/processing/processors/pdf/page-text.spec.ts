import { cleanPageText } from './page-text';

it.each([
  ['a\r\nb', 'a\nb\n', 'ends lines in one line feed'],
  ['a \t\r\nb  ', 'a\nb\n', 'drops trailing spaces'],
  ['com\ufffemand', 'command\n', 'joins what a hyphen at the end of a line divided'],
  ['a\u0014b\u0000c', 'abc\n', 'drops control characters'],
  ['a\fb\vc\rd', 'a\nb\nc\nd\n', 'leaves the form feed to page breaks'],
  ['\r\n \r\n', '', 'gives nothing for a page of white space'],
  ['', '', 'gives nothing for an empty page'],
])('%j becomes %j: %s', (raw, expected) => {
  expect(cleanPageText(raw)).toBe(expected);
});

it('takes time that grows with the length alone', () => {
  const startedAt = performance.now();
  cleanPageText(`${' '.repeat(2_000_000)}x`);
  expect(performance.now() - startedAt).toBeLessThan(2000);
});
