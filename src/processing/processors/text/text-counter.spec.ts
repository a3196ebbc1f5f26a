import { createTextCounter } from './create-text-counter';
import { ScalarUtf8Kernel } from './scalar.utf8-kernel';
import { SimdUtf8Kernel } from './simd.utf8-kernel';
import type { TextCounter, TextCounts } from './text-counter';
import { Utf8Counter } from './utf8-counter';
import type { TextEncoding } from '../../../plugin-api/text-encoding';
import { InvalidText } from '../../../plugin-api/text-encoding.errors';

type Outcome = TextCounts | { invalidAt: number };

type Create = (offset?: number) => TextCounter;

/** Both kernels, whichever is chosen here. */
const UTF8_COUNTERS: [name: string, encoding: 'utf-8', create: Create][] = [
  ['utf-8, scalar', 'utf-8', (offset = 0) => new Utf8Counter(new ScalarUtf8Kernel(), offset)],
  ['utf-8, vectors', 'utf-8', (offset = 0) => new Utf8Counter(new SimdUtf8Kernel(), offset)],
];

const COUNTERS: [name: string, encoding: TextEncoding, create: Create][] = [
  ...UTF8_COUNTERS,
  ['utf-16le', 'utf-16le', (offset) => createTextCounter('utf-16le', offset)],
  ['utf-16be', 'utf-16be', (offset) => createTextCounter('utf-16be', offset)],
];

function count(chunks: Iterable<Uint8Array>, create: Create, offset = 0): Outcome {
  const counter = create(offset);
  try {
    for (const chunk of chunks) counter.write(chunk);
    return counter.end();
  } catch (error) {
    if (!(error instanceof InvalidText)) throw error;
    return { invalidAt: Number(error.extensions.byte_offset) };
  }
}

/** The straightforward way: decode all, match, spread. Its white space is written out a second time on purpose. */
const NOT_SPACE =
  // oxlint-disable-next-line no-control-regex -- white space includes control characters
  /[^\u0009-\u000d\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;

function referenceCounts(bytes: Uint8Array, encoding: TextEncoding): TextCounts {
  const text = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  const lines = text.split('\n').length - (text === '' || text.endsWith('\n') ? 1 : 0);
  return { lines, words: text.match(NOT_SPACE)?.length ?? 0, chars: Array.from(text).length };
}

/** The first ill-formed sequence starts where the longest well-formed beginning ends. */
function reference(bytes: Uint8Array, encoding: TextEncoding): Outcome {
  for (let length = bytes.length; ; length--) {
    try {
      const counts = referenceCounts(bytes.subarray(0, length), encoding);
      return length === bytes.length ? counts : { invalidAt: length };
    } catch {
      // Not well-formed up to here: shorter.
    }
  }
}

function encode(text: string, encoding: TextEncoding): Uint8Array {
  if (encoding === 'utf-8') return Buffer.from(text, 'utf8');
  const bytes = Buffer.from(text, 'utf16le');
  return encoding === 'utf-16be' ? bytes.swap16() : bytes;
}

function countWords(text: string, encoding: TextEncoding, create: Create): number {
  const counter = create();
  counter.write(encode(text, encoding));
  return counter.end().words;
}

function* slices(bytes: Uint8Array, nextLength: () => number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length;) {
    const length = nextLength();
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

/** Numbers below n, the same in every run (mulberry32). */
function seededRandom(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

const hex = (digits: string): Uint8Array => Buffer.from(digits.replaceAll(' ', ''), 'hex');

/** Text, and what Python 3 says of it: newlines plus an open last line, `len(text.split())`, `len(text)`. */
const PYTHON: [text: string, lines: number, words: number, chars: number][] = [
  ['', 0, 0, 0],
  ['\n', 1, 0, 1],
  ['\n\n', 2, 0, 2],
  ['a', 1, 1, 1],
  ['a\n', 1, 1, 2],
  ['a\nb', 2, 2, 3],
  ['a\r\nb\r\n', 2, 2, 6],
  ['a\rb', 1, 2, 3],
  [' ', 1, 0, 1],
  ['  a  b  ', 1, 2, 8],
  ['\ta\u000bb\u000cc', 1, 3, 6],
  ['a\u001cb\u001db\u001eb\u001fb', 1, 5, 9],
  ['a\u0000b', 1, 1, 3],
  ['a\u007fb', 1, 1, 3],
  ['a\u0085b', 1, 2, 3],
  ['a\u00a0b', 1, 2, 3],
  ['a\u1680b', 1, 2, 3],
  ['a\u180eb', 1, 1, 3],
  ['a\u2028b\u2029c', 1, 3, 5],
  ['a\u200bb', 1, 1, 3],
  ['a\u202fb\u205fc\u3000d', 1, 4, 7],
  ['\u3000', 1, 0, 1],
  ['\u3000\n\u3000', 2, 0, 3],
  ['\ufeff', 1, 1, 1],
  ['a\ufeffb', 1, 1, 3],
  ['\u00e9', 1, 1, 1],
  ['na\u00efve caf\u00e9\n', 1, 2, 11],
  ['\u65e5\u672c\u8a9e\u3000\u30c6\u30b9\u30c8\n\u884c\u4e8c', 2, 3, 10],
  ['\u{1f469}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466} ok', 1, 2, 10],
  ['e\u0301 x', 1, 2, 4],
  ['\u{1d11e}\u{1d11e} \u{1d11e}\n', 1, 2, 5],
  ['\u{10ffff}', 1, 1, 1],
  ['\ue000\uffff \ufffd', 1, 2, 4],
  ['no newline at the end', 1, 5, 21],
  ['ends in space \n ', 2, 3, 16],
  ['\u05e2\u05d1\u05e8\u05d9\u05ea \u05e2\u05dd \u05e8\u05d5\u05d5\u05d7\u05d9\u05dd', 1, 3, 15],
  ['a\u2000b\u2001c\u2002d\u2003e\u2004f\u2005g\u2006h\u2007i\u2008j\u2009k\u200al', 1, 12, 23],
  [
    'Za\u017c\u00f3\u0142\u0107 g\u0119\u015bl\u0105\u00a0ja\u017a\u0144;\r\n\u043f\u0440\u0438\u0432\u0435\u0442,\t\u043c\u0438\u0440\u2026\n',
    2,
    5,
    33,
  ],
  ['xxxxxxx yyyyyyyy\nzzzzzzzzz', 2, 3, 26],
  ['1234567 12345678 \u00e9 12345\n\n\n', 3, 4, 27],
  ['\u001c\u001d\n\u0085\u00a0', 2, 0, 5],
];

/** Every code point for which Python's `str.split()` splits. */
const PYTHON_SPACES = [
  0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002,
  0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
];

const EVERYTHING = PYTHON.map(([text]) => text).join('');

describe.each(COUNTERS)('counting %s', (_name, encoding, create) => {
  it.each(PYTHON)('agrees with Python on %j', (text, lines, words, chars) => {
    expect(count([encode(text, encoding)], create)).toEqual({ lines, words, chars });
  });

  it('gives 0 for nothing, and for empty chunks', () => {
    expect(count([], create)).toEqual({ lines: 0, words: 0, chars: 0 });
    expect(count([new Uint8Array(0), new Uint8Array(0)], create)).toEqual({ lines: 0, words: 0, chars: 0 });
  });

  it('does not depend on where the text is cut', () => {
    for (const text of [...PYTHON.map(([row]) => row), EVERYTHING]) {
      const bytes = encode(text, encoding);
      const whole = referenceCounts(bytes, encoding);
      for (const size of [1, 2, 3, 5, 7])
        expect(
          count(
            slices(bytes, () => size),
            create,
          ),
        ).toEqual(whole);
      for (let cut = 0; cut <= bytes.length; cut++) {
        expect(count([bytes.subarray(0, cut), new Uint8Array(0), bytes.subarray(cut)], create)).toEqual(
          whole,
        );
      }
    }
  });

  it('does not depend on the alignment of the memory, and keeps none of it', () => {
    const bytes = encode(EVERYTHING, encoding);
    for (let shift = 0; shift < 9; shift++) {
      const memory = new Uint8Array(bytes.length + shift);
      const counter = create();
      for (const slice of slices(bytes, () => 101)) {
        memory.fill(0xff);
        memory.set(slice, shift);
        counter.write(memory.subarray(shift, shift + slice.length));
      }
      expect(counter.end()).toEqual(referenceCounts(bytes, encoding));
    }
  });

  it.each(['\n', 'a', 'a ', ' a', '\n\n\n\n\n\n\na', 'é', '\u3000x', '😀\n', 'aaaaaaa\u2009'])(
    'counts many times %j',
    (unit) => {
      for (const times of [124, 125, 126, 127, 128, 999, 5000]) {
        const bytes = encode(unit.repeat(times), encoding);
        expect(count([bytes], create)).toEqual(referenceCounts(bytes, encoding));
      }
    },
  );

  it('splits words at the white space of Python and at nothing else', () => {
    const inSteps: number[] = [];
    const byCharacter: number[] = [];
    for (let codePoint = 0; codePoint <= 0xffff; codePoint++) {
      if (codePoint >= 0xd800 && codePoint <= 0xdfff) continue;
      const character = String.fromCharCode(codePoint);
      if (countWords(`abcde${character}fghijklmn`, encoding, create) === 2) inSteps.push(codePoint);
      if (countWords(`a${character}b`, encoding, create) === 2) byCharacter.push(codePoint);
    }
    expect(inSteps).toEqual(PYTHON_SPACES);
    expect(byCharacter).toEqual(PYTHON_SPACES);
  });

  it('takes every Unicode scalar value', () => {
    const random = seededRandom(1);
    let text = '';
    for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
      if (codePoint < 0xd800 || codePoint > 0xdfff) text += String.fromCodePoint(codePoint);
    }
    const bytes = encode(text, encoding);
    expect(
      count(
        slices(bytes, () => 1 + random(5000)),
        create,
      ),
    ).toEqual({ lines: 2, words: 11, chars: 1_112_064 });
  });

  it('agrees with the reference on random text in random chunks', () => {
    const random = seededRandom(2);
    const alphabet = Array.from(
      'abc \n\t\u0085\u00a0éß\u07ff\u0800\u1680\u2003\u2028\u203f\u3000、日\ud7ff\ue000\uffff😀\u{10ffff}',
    );
    for (let round = 0; round < 2000; round++) {
      const plain = random(4) === 0 ? 4 : alphabet.length;
      const text = Array.from(
        { length: random(round % 100 === 0 ? 4000 : 60) },
        () => alphabet[random(plain)],
      ).join('');
      const bytes = encode(text, encoding);
      const largest = 1 + random(40);
      expect(
        count(
          slices(bytes, () => 1 + random(largest)),
          create,
        ),
      ).toEqual(referenceCounts(bytes, encoding));
    }
  });
});

describe.each(UTF8_COUNTERS)('ill-formed %s', (_name, encoding, create) => {
  const CLASSES: [what: string, digits: string][] = [
    ['a lone continuation byte', '80'],
    ['the last continuation byte', 'BF'],
    ['an overlong U+0000', 'C0 80'],
    ['an overlong of two bytes', 'C1 BF'],
    ['two bytes, the second missing', 'C2'],
    ['two bytes, the second ASCII', 'C3 28'],
    ['two bytes, the second a lead', 'DF C3'],
    ['an overlong of three bytes', 'E0 80 80'],
    ['the last overlong of three bytes', 'E0 9F BF'],
    ['three bytes, one there', 'E2'],
    ['three bytes, two there', 'E2 82'],
    ['the first surrogate', 'ED A0 80'],
    ['the last surrogate', 'ED BF BF'],
    ['a surrogate pair (CESU-8)', 'ED A0 BD ED B8 80'],
    ['an overlong of four bytes', 'F0 80 80 80'],
    ['the last overlong of four bytes', 'F0 8F BF BF'],
    ['four bytes, one there', 'F0'],
    ['four bytes, two there', 'F0 9F'],
    ['four bytes, three there', 'F0 9F 98'],
    ['U+110000', 'F4 90 80 80'],
    ['beyond U+13FFFF', 'F5 80 80 80'],
    ['a lead of five bytes', 'F8 88 80 80 80'],
    ['FE', 'FE'],
    ['FF', 'FF'],
  ];
  const before = ['', 'a', 'é', '1234567', '12345678', 'longer than a step 日本', 'x'.repeat(2500)];
  const after = ['', 'a', 'é', '😀 and more than eight bytes'];

  it.each(CLASSES)('names the offset of %s (%s)', (_what, digits) => {
    for (const start of before) {
      for (const rest of after) {
        const bytes = Buffer.concat([Buffer.from(start), hex(digits), Buffer.from(rest)]);
        const invalidAt = Buffer.byteLength(start) + 3;
        expect(count([bytes], create, 3)).toEqual({ invalidAt });
        expect(
          count(
            slices(bytes, () => 1),
            create,
            3,
          ),
        ).toEqual({ invalidAt });
        for (let cut = Math.max(1, invalidAt - 6); cut < Math.min(invalidAt + 8, bytes.length); cut++) {
          expect(count([bytes.subarray(0, cut), bytes.subarray(cut)], create, 3)).toEqual({ invalidAt });
        }
      }
    }
  });

  it.each([
    '7F',
    'C2 80',
    'DF BF',
    'E0 A0 80',
    'ED 9F BF',
    'EE 80 80',
    'EF BF BF',
    'F0 90 80 80',
    'F4 8F BF BF',
  ])('takes the neighbour %s', (digits) => {
    expect(count([hex(digits)], create)).toEqual({ lines: 1, words: 1, chars: 1 });
  });

  it('is what TextDecoder refuses, on random bytes', () => {
    const random = seededRandom(3);
    const edges = hex('00 0A 20 7F 80 85 8F 90 9F A0 BF C0 C1 C2 DF E0 E2 E3 ED EF F0 F4 F5 FF');
    const tokens = ['a', ' ', '\n', 'é', '\u3000', '\ud7ff', '😀'].map((token) => Buffer.from(token));
    let valid = 0;
    for (let round = 0; round < 8000; round++) {
      const parts = Array.from({ length: random(14) }, () => {
        const any = random(12);
        if (any === 0) return Uint8Array.of(random(256));
        return any === 1 ? Uint8Array.of(edges[random(edges.length)]) : tokens[random(tokens.length)];
      });
      const bytes = Buffer.concat(parts);
      const expected = reference(bytes, encoding);
      if ('chars' in expected) valid++;
      expect(count([bytes], create)).toEqual(expected);
      expect(
        count(
          slices(bytes, () => 1 + random(4)),
          create,
        ),
      ).toEqual(expected);
    }
    expect(valid).toBeGreaterThan(2000);
    expect(valid).toBeLessThan(6000);
  });
});

describe.each(['utf-16le', 'utf-16be'] as const)('ill-formed %s', (encoding) => {
  const create: Create = (offset) => createTextCounter(encoding, offset);
  const units = (...values: number[]): Uint8Array => encode(String.fromCharCode(...values), encoding);
  const CLASSES: [what: string, bytes: Uint8Array, at: number][] = [
    ['a high surrogate at the end', units(0x61, 0xd83d), 2],
    ['a high surrogate before a letter', units(0x61, 0xd800, 0x61), 2],
    ['a high surrogate before another', units(0xdbff, 0xd83d, 0xde00), 0],
    ['a low surrogate first', units(0xdc00), 0],
    ['a low surrogate after a letter', units(0x61, 0xdfff, 0x61), 2],
    ['a low surrogate after a pair', units(0xd83d, 0xde00, 0xde00), 4],
    ['an odd byte', Buffer.concat([units(0x61), hex('0A')]), 2],
    ['one byte', hex('61'), 0],
    ['a high surrogate and an odd byte', Buffer.concat([units(0x61, 0xd83d), hex('00')]), 2],
  ];

  it.each(CLASSES)('names the offset of %s', (_what, bytes, at) => {
    const invalidAt = at + 2;
    expect(count([bytes], create, 2)).toEqual({ invalidAt });
    expect(
      count(
        slices(bytes, () => 1),
        create,
        2,
      ),
    ).toEqual({ invalidAt });
    for (let cut = 1; cut < bytes.length; cut++) {
      expect(count([bytes.subarray(0, cut), bytes.subarray(cut)], create, 2)).toEqual({ invalidAt });
    }
  });

  it('is what TextDecoder refuses, on random units', () => {
    const random = seededRandom(4);
    const alphabet = ['a', ' ', '\n', '\u0a0a', '\u2028', '😀', '\ud83d', '\ude00', '\ud7ff', '\ue000'];
    let valid = 0;
    for (let round = 0; round < 4000; round++) {
      const text = Array.from({ length: random(10) }, () => alphabet[random(alphabet.length)]).join('');
      const odd = random(8) === 0 ? [random(256)] : [];
      const bytes = Buffer.from([...encode(text, encoding), ...odd]);
      const expected = reference(bytes, encoding);
      if ('chars' in expected) valid++;
      expect(
        count(
          slices(bytes, () => 1 + random(5)),
          create,
        ),
      ).toEqual(expected);
    }
    expect(valid).toBeGreaterThan(1000);
    expect(valid).toBeLessThan(3500);
  });
});
