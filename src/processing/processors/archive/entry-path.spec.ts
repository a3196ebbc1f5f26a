import { displayPath, isUnsafePath, leadsOut, normalPath } from './entry-path';

it.each([
  '/etc/passwd',
  '\\windows\\system32',
  '\\\\server\\share',
  'C:\\x',
  'c:x',
  '../x',
  'a/../../x',
  'a/..',
  '..\\x',
  'a\\..\\..\\x',
  'a/../b',
  'x\0.txt',
])('%j is unsafe', (path) => expect(isUnsafePath(path)).toBe(true));

it.each(['a', 'a/b/c.txt', './a', '...', '..a', 'a..', 'a/..b/c', 'ab:c', 'CON.txt', '-rf', ''])(
  '%j is safe',
  (path) => expect(isUnsafePath(path)).toBe(false),
);

it.each([
  ['../../etc/passwd', 'src/sub/link', false],
  ['../../../etc/passwd', 'src/sub/link', true],
  ['b', 'a', false],
  ['..', 'a', true],
  ['..', 'a/b', false],
  ['x/../../y', 'a', true],
  ['/etc/passwd', 'a/b/c', true],
  ['C:\\x', 'a/b/c', true],
  ['..\\..\\x', 'a/b', true],
  ['a/b', '', false],
  ['../a', '', true],
])('a link to %j from %j leads out: %j', (target, from, expected) =>
  expect(leadsOut(target, from)).toBe(expected),
);

it('writes one path in one way', () => {
  for (const path of ['a/b', './a/b', 'a//b', 'a/./b/', 'a\\b']) expect(normalPath(path)).toBe('a/b');
});

it('shows no control, no invisible character, no half of a pair, and 255 characters at most', () => {
  expect(displayPath('a\u001b[2J\r\n\u202eexe.\u200btxt\ud800')).toBe(
    'a\ufffd[2J\ufffd\ufffd\ufffdexe.\ufffdtxt\ufffd',
  );
  expect(displayPath('😀'.repeat(300))).toBe('😀'.repeat(255));
  expect(displayPath('naïve 日本.txt')).toBe('naïve 日本.txt');
});
