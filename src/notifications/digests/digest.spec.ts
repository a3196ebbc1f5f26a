import { beginOf, endOf, type Period } from './digest';

const day = (at: number) => new Date(at).toISOString();

describe('the period of a digest', () => {
  it.each<[Period, string, string, string]>([
    ['daily', '2026-11-26T15:30:00Z', '2026-11-26', '2026-11-27'],
    ['daily', '2026-11-26T00:00:00Z', '2026-11-26', '2026-11-27'],
    ['weekly', '2026-11-26T15:30:00Z', '2026-11-23', '2026-11-30'],
    ['weekly', '2026-11-23T00:00:00Z', '2026-11-23', '2026-11-30'],
    ['weekly', '2026-11-22T23:59:59Z', '2026-11-16', '2026-11-23'],
    ['monthly', '2026-12-31T23:59:59Z', '2026-12-01', '2027-01-01'],
    ['monthly', '2028-02-29T12:00:00Z', '2028-02-01', '2028-03-01'],
  ])('%s, at %s, is from %s until %s', (period, at, from, to) => {
    expect([beginOf(period, Date.parse(at)), endOf(period, Date.parse(at))].map(day)).toEqual(
      [from, to].map((date) => `${date}T00:00:00.000Z`),
    );
  });
});
