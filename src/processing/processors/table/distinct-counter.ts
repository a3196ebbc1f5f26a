/** Taken once: called for every byte. */
const { imul } = Math;

const RANGE = 2 ** 32;
const FIRST_SLOTS = 16;

/**
 * Counts different byte strings: exactly while there are no more than `bound`, then by a theta sketch (Dasgupta,
 * Lang, Rhodes, Thaler: A Framework for Estimating Stream Expression Cardinalities, 2016), which keeps the
 * hashes below a falling threshold. It keeps at least half of `bound`, so its relative standard error is at
 * most `sqrt(2 / bound)`.
 *
 * Strings are told apart by 64 bits of hash: among 8,192 the odds that any two are taken for one are
 * below 1 in 100 billion, unless somebody made them for it.
 */
export class DistinctCounter {
  /** High and low half of each hash, both 0 in a free slot. */
  private slots = new Int32Array(2 * FIRST_SLOTS);
  private size = 0;
  /** Hashes whose high half is not below it are not kept. */
  private threshold = RANGE;

  constructor(private bound: number) {}

  /** Changes the bound; must come before there are more strings than it. */
  limitTo(bound: number): void {
    this.bound = bound;
  }

  get isExact(): boolean {
    return this.threshold === RANGE;
  }

  /** The count, or its estimate. */
  get count(): number {
    return this.isExact ? this.size : Math.round((this.size * RANGE) / this.threshold);
  }

  add(bytes: Uint8Array, start: number, end: number): void {
    let a = 0xdeadbeef | 0;
    let b = 0x41c6ce57;
    for (let i = start; i < end; i++) {
      const byte = bytes[i];
      a = imul(a ^ byte, 0x9e3779b1);
      b = imul(b ^ byte, 0x5f356495);
    }
    a ^= end - start;
    const high = mix(a ^ imul(b ^ (b >>> 15), 0x7feb352d));
    const low = mix(b ^ imul(a ^ (a >>> 16), 0x846ca68b)) || 1;
    if (high >>> 0 < this.threshold) this.insert(high, low);
  }

  private insert(high: number, low: number): void {
    if (!place(this.slots, high, low)) return;
    this.size++;
    if (this.size > this.bound) this.lowerThreshold();
    else if (this.size * 4 > this.slots.length) this.rebuild(this.slots.length * 2);
  }

  /** Keeps the lower half of the hashes. */
  private lowerThreshold(): void {
    const highs = new Uint32Array(this.size);
    let count = 0;
    for (let i = 0; i < this.slots.length; i += 2) {
      if (this.slots[i + 1] !== 0) highs[count++] = this.slots[i];
    }
    this.threshold = highs.toSorted()[this.size >> 1];
    this.rebuild(this.slots.length);
  }

  private rebuild(length: number): void {
    const before = this.slots;
    this.slots = new Int32Array(length);
    this.size = 0;
    for (let i = 0; i < before.length; i += 2) {
      if (before[i + 1] === 0 || before[i] >>> 0 >= this.threshold) continue;
      place(this.slots, before[i], before[i + 1]);
      this.size++;
    }
  }
}

/** @returns false when it is there. */
function place(slots: Int32Array, high: number, low: number): boolean {
  const mask = slots.length - 2;
  for (let i = (low << 1) & mask; ; i = (i + 2) & mask) {
    if (slots[i + 1] === low && slots[i] === high) return false;
    if (slots[i + 1] === 0) {
      slots[i] = high;
      slots[i + 1] = low;
      return true;
    }
  }
}

/** Finalizer of MurmurHash3 (Austin Appleby, public domain): every bit of the input changes every bit. */
function mix(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
