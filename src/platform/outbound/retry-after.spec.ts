import { retryAfterSeconds } from './retry-after';

const NOW = Date.UTC(2026, 0, 1, 12, 0, 0);

describe('retryAfterSeconds', () => {
  it.each([
    ['120', 120],
    [' 0 ', 0],
    ['Thu, 01 Jan 2026 12:01:30 GMT', 90],
    ['Thu, 01 Jan 2026 11:00:00 GMT', 0],
    ['99999999999999999999', 86_400],
    ['Fri, 01 Jan 2100 00:00:00 GMT', 86_400],
  ])('reads %j', (value, seconds) => {
    expect(retryAfterSeconds(value, NOW)).toBe(seconds);
  });

  it.each([undefined, '', 'soon', '-5 minutes', '1h'])('makes nothing of %j', (value) => {
    expect(retryAfterSeconds(value, NOW)).toBeUndefined();
  });
});
