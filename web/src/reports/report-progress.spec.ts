import type { Report } from '@filemill/sdk';
import { nextLookMs, periodOf } from './report-progress';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const report = (status: Report['status'], secondsAgo: number) =>
  ({ status, created_at: new Date(NOW - secondsAgo * 1000).toISOString() }) as Report;

describe('nextLookMs', () => {
  it.each([
    ['soon for a new one', [report('completed', 90), report('queued', 5)], 2000],
    ['soon for one that runs', [report('running', 5)], 2000],
    ['later for one that takes long', [report('running', 90)], 30_000],
    ['not at all when all are made', [report('completed', 5), report('failed', 5)], undefined],
  ])('is %s', (_, reports, ms) => expect(nextLookMs(reports, NOW)).toBe(ms));
});

describe('periodOf', () => {
  it('has the last day in it', () => {
    expect(periodOf('2026-11-01', '2026-11-30')).toEqual({ from: '2026-11-01', to: '2026-12-01' });
  });

  it('leaves out what is open', () => {
    expect(periodOf(undefined, undefined)).toEqual({});
    expect(periodOf(undefined, '2026-12-31')).toEqual({ to: '2027-01-01' });
  });
});
