import { quartileBars } from './histogram';

const bars = (min: number, p25: number, p50: number, p75: number, max: number) =>
  quartileBars(min, { p25, p50, p75 }, max);

describe('quartileBars', () => {
  it('is as high as the values are dense', () => {
    expect(bars(0, 1, 2, 4, 10)?.map(({ height }) => Math.round(height * 100))).toEqual([100, 100, 50, 17]);
  });

  it('covers the range', () => {
    const all = bars(-10, -5, 0, 5, 10)!;
    expect(all.map(({ from }) => from)).toEqual([0, 0.25, 0.5, 0.75]);
    expect(all.at(-1)!.to).toBe(1);
  });

  it('shows quarters in which all values are the same', () => {
    const all = bars(1, 1, 1, 1, 100)!;
    expect(all.every(({ from, to }) => to - from >= 0.0199 && to <= 1.0001)).toBe(true);
  });

  it('has nothing to show when there is one value only', () => {
    expect(bars(3, 3, 3, 3, 3)).toBeUndefined();
  });
});
