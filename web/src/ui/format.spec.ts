import { count, formatAgo, formatBytes, formatNumber, formatSeconds, secondsBetween } from './format';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [10_485_760, '10.5 MB'],
    [999_960, '1.0 MB'],
    [123_456_789, '123 MB'],
    [5e15, '5000 TB'],
  ])('%d is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

describe('formatSeconds', () => {
  it.each([
    [0, '< 1 ms'],
    [0.012, '12 ms'],
    [3.456, '3.46 s'],
    [34.56, '34.6 s'],
    [125, '2 min 5 s'],
    [3785, '1 h 3 min'],
  ])('%d is %s', (seconds, text) => expect(formatSeconds(seconds)).toBe(text));
});

describe('formatAgo', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  it.each([
    ['2026-11-22T11:59:55Z', 'just now'],
    ['2026-11-22T11:59:30Z', '30 seconds ago'],
    ['2026-11-22T11:15:00Z', '45 minutes ago'],
    ['2026-11-21T11:00:00Z', 'yesterday'],
    ['2024-11-22T12:00:00Z', '2 years ago'],
  ])('%s is %s', (at, text) => expect(formatAgo(at, now)).toBe(text));
});

describe('formatNumber', () => {
  it.each([
    [4_111_111_111_111_111, '4,111,111,111,111,111'],
    [Number('9007199254740993'), '≈ 9,007,199,254,740,992'],
    [1234.5678, '1,234.568'],
  ])('%d is %s', (value, text) => expect(formatNumber(value)).toBe(text));
});

it('counts in words', () => {
  expect([count(0, 'word'), count(1, 'word'), count(1200, 'entry', 'entries')]).toEqual([
    '0 words',
    '1 word',
    '1,200 entries',
  ]);
});

it('measures what has begun and ended', () => {
  expect(secondsBetween('2026-11-22T12:00:00.000Z', '2026-11-22T12:00:01.500Z')).toBe(1.5);
  expect(secondsBetween('2026-11-22T12:00:00.000Z', null)).toBeUndefined();
});
