import { createHash } from 'node:crypto';

export interface Counts {
  readonly line_count: number;
  readonly word_count: number;
  readonly char_count: number;
}

/** A text whose truth is known without reading it. */
export interface KnownText {
  readonly name: string;
  readonly content: Buffer;
  readonly sha256: string;
  readonly counts: Counts;
}

/** A text that no other is like, of at least `bytes`. */
export function makeText(name: string, bytes: number): KnownText {
  const line = `${name}: zażółć gęślą jaźń 🎈 and the rest\n`;
  const lines = Math.max(1, Math.ceil(bytes / Buffer.byteLength(line)));
  const content = Buffer.from(line.repeat(lines));
  return {
    name,
    content,
    sha256: createHash('sha256').update(content).digest('hex'),
    counts: {
      line_count: lines,
      word_count: lines * line.trim().split(/\s+/u).length,
      char_count: lines * [...line].length,
    },
  };
}
