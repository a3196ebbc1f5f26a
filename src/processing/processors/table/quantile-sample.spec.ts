import { QuantileSample } from './quantile-sample';

function sampleOf(values: Iterable<number>, bound: number): QuantileSample {
  const sample = new QuantileSample(bound);
  for (const value of values) sample.add(value);
  return sample;
}

it("interpolates as Python's statistics.quantiles(method='inclusive') does", () => {
  expect(sampleOf([3, 1, 2], 10).quantiles([0.25, 0.5, 0.75])).toEqual([1.5, 2, 2.5]);
  expect(sampleOf([1, 2, 3, 4], 10).quantiles([0.25, 0.5, 0.75])).toEqual([1.75, 2.5, 3.25]);
  expect(sampleOf([5], 10).quantiles([0, 0.25, 1])).toEqual([5, 5, 5]);
  expect(sampleOf([-1e308, 1e308], 10).quantiles([0.5])).toEqual([0]);
  expect(sampleOf([], 10).quantiles([0.5])).toBeUndefined();
});

it('is exact up to the bound', () => {
  const values = Array.from({ length: 1000 }, (_, i) => (i * 7919) % 1000);
  expect(sampleOf(values, 1000).isExact).toBe(true);
  expect(sampleOf(values, 1000).quantiles([0.25, 0.5])).toEqual([249.75, 499.5]);
  expect(sampleOf([...values, 0], 1000).isExact).toBe(false);
});

it.each([
  ['rising', (i: number) => i],
  ['falling', (i: number) => 100_000 - i],
  ['scattered', (i: number) => (i * 7919) % 100_000],
])('beyond the bound is within its error: %s numbers', (_what, value) => {
  const bound = 1000;
  const sample = sampleOf(
    Array.from({ length: 100_000 }, (_, i) => value(i)),
    bound,
  );
  const fractions = [0.05, 0.25, 0.5, 0.75, 0.95];
  const ranks = (sample.quantiles(fractions) ?? []).map((quantile) => quantile / 100_000);
  expect(ranks).toHaveLength(fractions.length);
  for (const [i, rank] of ranks.entries()) {
    expect(Math.abs(rank - fractions[i])).toBeLessThan((4 * 0.5) / Math.sqrt(bound));
  }
});

it('gives each number the same chance', () => {
  const bound = 2000;
  const sample = new QuantileSample(bound);
  let entered = 0;
  for (let i = 0; i < 1_000_000; i++) sample.add(i);
  const kept = sample.quantiles(Array.from({ length: bound }, (_, i) => i / (bound - 1))) ?? [];
  for (const value of kept) if (value >= 500_000) entered++;
  expect(entered).toBeGreaterThan(900);
  expect(entered).toBeLessThan(1100);
});
