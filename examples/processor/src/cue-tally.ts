import type { Cue } from './cue';

const MAX_PLACES = 20;

/** Measures cues as they come, in the order of the file. */
export class CueTally {
  private readonly tooFast = new Places();
  private readonly overlaps = new Places();
  private cues = 0;
  private chars = 0;
  private shownMs = 0;
  private startMs = Infinity;
  private endMs = 0;
  private longestGapMs = 0;

  constructor(private readonly maxCharsPerSecond: number) {}

  add({ line, startMs, endMs }: Cue, plain: string): void {
    const chars = Array.from(plain.replaceAll('\n', '')).length;
    if (speed(chars, endMs - startMs) > this.maxCharsPerSecond) this.tooFast.add(line);
    if (startMs < this.endMs) this.overlaps.add(line);
    else if (this.cues > 0) this.longestGapMs = Math.max(this.longestGapMs, startMs - this.endMs);
    this.cues++;
    this.chars += chars;
    this.shownMs += endMs - startMs;
    this.startMs = Math.min(this.startMs, startMs);
    this.endMs = Math.max(this.endMs, endMs);
  }

  get summary() {
    const some = this.cues > 0;
    return {
      cue_count: this.cues,
      char_count: this.chars,
      start_seconds: some ? this.startMs / 1000 : null,
      end_seconds: some ? this.endMs / 1000 : null,
      longest_gap_seconds: this.cues > 1 ? this.longestGapMs / 1000 : null,
      chars_per_second: some ? Math.round(speed(this.chars, this.shownMs) * 100) / 100 : null,
      too_fast: this.tooFast.summary,
      overlaps: this.overlaps.summary,
    };
  }
}

class Places {
  private count = 0;
  private readonly lines: number[] = [];

  add(line: number): void {
    this.count++;
    if (this.lines.length < MAX_PLACES) this.lines.push(line);
  }

  get summary(): { count: number; lines: number[] } {
    return { count: this.count, lines: this.lines };
  }
}

/** Characters per second. */
function speed(chars: number, ms: number): number {
  return (chars * 1000) / ms;
}
