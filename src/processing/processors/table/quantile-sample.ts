const FIRST_LENGTH = 16;

/**
 * Quantiles of numbers that come one by one: exact while there are no more than `bound`, then of a uniform
 * random sample of so many (Li: Reservoir-Sampling Algorithms of Time Complexity O(n(1 + log(N/n))), 1994,
 * algorithm L). The rank of a quantile then has a standard error of at most `0.5 / sqrt(bound)`: with 8,192
 * numbers 0.6 percentage points. The same numbers always give the same sample.
 */
export class QuantileSample {
  private values = new Float64Array(FIRST_LENGTH);
  private seen = 0;
  /** Which number is the next to enter the full sample; -1 before it is full. */
  private next = -1;
  private weight = 1;
  private readonly random = seededRandom(1);

  constructor(private bound: number) {}

  /** Changes the bound; must come before there are more numbers than it. */
  limitTo(bound: number): void {
    this.bound = bound;
  }

  get isExact(): boolean {
    return this.seen <= this.bound;
  }

  add(value: number): void {
    if (this.seen < this.bound) {
      if (this.seen === this.values.length) this.grow();
      this.values[this.seen++] = value;
      return;
    }
    if (this.next < 0) this.skip(this.seen);
    if (this.seen++ !== this.next) return;
    this.values[Math.floor(this.random() * this.bound)] = value;
    this.skip(this.seen);
  }

  /**
   * Interpolated between the two nearest (type 7 of Hyndman and Fan, as in NumPy and `statistics.quantiles`
   * of Python with `method='inclusive'`); undefined without numbers.
   */
  quantiles(fractions: readonly number[]): number[] | undefined {
    const size = Math.min(this.seen, this.bound);
    if (size === 0) return undefined;
    const sorted = this.values.subarray(0, size).toSorted();
    return fractions.map((fraction) => {
      const rank = fraction * (size - 1);
      const below = sorted[Math.floor(rank)];
      const above = sorted[Math.ceil(rank)];
      const share = rank % 1;
      return share === 0 ? below : below * (1 - share) + above * share;
    });
  }

  private skip(from: number): void {
    this.weight *= Math.exp(Math.log(this.random()) / this.bound);
    this.next = from + Math.floor(Math.log(this.random()) / Math.log(1 - this.weight));
  }

  private grow(): void {
    const larger = new Float64Array(Math.min(this.bound, this.values.length * 2));
    larger.set(this.values);
    this.values = larger;
  }
}

/** Above 0 and below 1, the same in every run (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
}
