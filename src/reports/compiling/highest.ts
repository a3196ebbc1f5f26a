/** Of all that is added, the few with the highest rank; of equals, those that came first. */
export class Highest<T> {
  private readonly entries: { readonly rank: number; readonly value: T }[] = [];

  constructor(private readonly most: number) {}

  add(rank: number, value: T): void {
    const lower = this.entries.findIndex((entry) => entry.rank < rank);
    if (lower === -1) this.entries.push({ rank, value });
    else this.entries.splice(lower, 0, { rank, value });
    if (this.entries.length > this.most) this.entries.pop();
  }

  /** The highest first. */
  values(): T[] {
    return this.entries.map(({ value }) => value);
  }
}
