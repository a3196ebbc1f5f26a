import { ScalarUtf8Kernel } from './scalar.utf8-kernel';
import { SimdUtf8Kernel } from './simd.utf8-kernel';
import type { Utf8Kernel } from './utf8-kernel';

const counts = ({ lineFeeds, words, chars }: Utf8Kernel) => ({ lineFeeds, words, chars });

/** The texts, each a list of pieces, that the kernels do not agree on after every piece. */
function disputed(texts: Iterable<Uint8Array[]>): Uint8Array[][] {
  return [...texts].filter((pieces) => {
    const [scalar, simd] = [new ScalarUtf8Kernel(), new SimdUtf8Kernel()];
    return pieces.some((piece) => {
      scalar.add(piece);
      simd.add(piece);
      return (
        scalar.words !== simd.words || scalar.lineFeeds !== simd.lineFeeds || scalar.chars !== simd.chars
      );
    });
  });
}

/** Numbers below n, the same in every run (xorshift). */
function seededRandom(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
}

const SPACES =
  '\t\n\u000b\f\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000';
/** One byte, bit or code point away from white space. */
const NEIGHBOURS =
  '\u0000\u0008\u000e\u001b!\u0084\u0086\u009f\u00a1\u00c0é\u1681\u1640\u1fff\u200b\u2027\u202a\u202e\u205e\u2040\u30c0、日😀';
const ALPHABET = Array.from(SPACES + NEIGHBOURS);

it('runs here: what these tests compare is not one kernel twice', () => {
  expect(SimdUtf8Kernel.isSupported).toBe(true);
});

it('agrees on every character at every place of a step, and on each pair of them', () => {
  function* texts() {
    for (const first of ALPHABET) {
      for (const second of ALPHABET) {
        for (let before = 0; before < 17; before++)
          yield [Buffer.from(`${'a'.repeat(before)}${first}${second}b`)];
      }
    }
  }
  expect(disputed(texts())).toEqual([]);
});

it('agrees wherever the text is cut', () => {
  const cuts = ALPHABET.map((_, cut) =>
    [ALPHABET.slice(0, cut), ALPHABET.slice(cut)].map((piece) => Buffer.from(piece.join(''))),
  );
  expect(disputed(cuts)).toEqual([]);
  expect(disputed(cuts.map((pieces) => pieces.toReversed()))).toEqual([]);
});

it('agrees on random text in random pieces', () => {
  const random = seededRandom(7);
  const texts = Array.from({ length: 3000 }, (_text, round) => {
    const alphabet = random(3) === 0 ? ['a', ' ', '\n'] : ALPHABET;
    return Array.from({ length: random(9) }, () => {
      const length = random(round % 50 === 0 ? 9000 : 40);
      return Buffer.from(Array.from({ length }, () => alphabet[random(alphabet.length)]).join(''));
    });
  });
  expect(disputed(texts)).toEqual([]);
});

it.each([4079, 4080, 4081, 4096, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 700_000])(
  'agrees where a round or a slice ends: %i',
  (length) => {
    const texts = ['\n', 'a ', ' \u3000', 'é', '日\u2028', '😀\n'].map((unit) => [
      Buffer.from(unit.repeat(Math.ceil(length / Buffer.byteLength(unit)))),
      Buffer.from('x y\n'),
    ]);
    expect(disputed(texts)).toEqual([]);
  },
);

it('keeps two texts apart', () => {
  const [one, other] = [new SimdUtf8Kernel(), new SimdUtf8Kernel()];
  one.add(Buffer.from('a'));
  other.add(Buffer.from('b \n'));
  one.add(Buffer.from('c\n'));
  other.add(Buffer.from('d'));
  expect(counts(one)).toEqual({ lineFeeds: 1, words: 1, chars: 3 });
  expect(counts(other)).toEqual({ lineFeeds: 1, words: 2, chars: 4 });
});

it('survives bytes that are no text', () => {
  const random = seededRandom(9);
  for (let round = 0; round < 500; round++) {
    const kernel = new SimdUtf8Kernel();
    kernel.add(Buffer.from(Array.from({ length: random(200) }, () => random(256))));
    expect(kernel.chars).toBeLessThanOrEqual(200);
  }
});
