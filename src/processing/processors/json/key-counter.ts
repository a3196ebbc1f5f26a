import { MAX_KEY_BYTES, MAX_KEY_CHARS } from './json-limits';

interface CountedKey {
  readonly raw: Buffer;
  readonly name: string;
  count: number;
}

/**
 * Counts the keys of objects that are much alike, up to a number of different ones. Keys are told apart as
 * they are written, by their first {@link MAX_KEY_BYTES}.
 */
export class KeyCounter {
  private readonly byRaw = new Map<string, CountedKey>();
  /** The key that stood at each place of the objects before: mostly the same again. */
  private readonly expected: CountedKey[] = [];
  private place = 0;
  private hasMore = false;

  constructor(private readonly limit: number) {}

  nextObject(): void {
    this.place = 0;
  }

  /** A key that is written as the bytes between its quotes, which are not kept. */
  add(bytes: Buffer, from: number, to: number): void {
    const place = this.place++;
    const expected = place < this.expected.length ? this.expected[place] : undefined;
    if (expected !== undefined && isSame(expected.raw, bytes, from, to)) {
      expected.count++;
      return;
    }
    const key = this.entry(bytes.subarray(from, Math.min(to, from + MAX_KEY_BYTES)));
    if (key === undefined) return;
    key.count++;
    if (place <= this.expected.length && place < this.limit) this.expected[place] = key;
  }

  /** In the order in which they first occurred. */
  list(): { keys: { name: string; count: number }[]; moreKeys: boolean } {
    return {
      keys: [...this.byRaw.values()].map(({ name, count }) => ({ name, count })),
      moreKeys: this.hasMore,
    };
  }

  private entry(raw: Buffer): CountedKey | undefined {
    const written = raw.toString('latin1');
    const known = this.byRaw.get(written);
    if (known !== undefined) return known;
    if (this.byRaw.size === this.limit) {
      this.hasMore = true;
      return undefined;
    }
    const key = { raw: Buffer.from(raw), name: displayed(raw), count: 0 };
    this.byRaw.set(written, key);
    return key;
  }
}

/** By hand: keys are a few bytes long, and a view of them would cost more than the comparison. */
function isSame(raw: Buffer, bytes: Buffer, from: number, to: number): boolean {
  if (raw.length !== to - from) return false;
  for (let i = 0; i < raw.length; i++) if (raw[i] !== bytes[from + i]) return false;
  return true;
}

/** As people read it: escapes resolved, at most {@link MAX_KEY_CHARS}. */
function displayed(raw: Buffer): string {
  const written = raw.toString('utf8');
  const name = written.replaceAll(
    /\\(?:u[0-9a-fA-F]{4}|["\\/bfnrt])/g,
    (escape) => JSON.parse(`"${escape}"`) as string,
  );
  const chars = Array.from(name.toWellFormed());
  return chars.length > MAX_KEY_CHARS ? `${chars.slice(0, MAX_KEY_CHARS).join('')}…` : chars.join('');
}
