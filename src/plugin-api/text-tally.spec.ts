import { TextTally } from './text-tally';

/** Text, and what Python 3 says of it: newlines plus an open last line, `len(text.split())`, `len(text)`. */
const PYTHON: [text: string, lines: number, words: number, chars: number][] = [
  ['', 0, 0, 0],
  ['\n', 1, 0, 1],
  ['a\nb', 2, 2, 3],
  ['a b\n', 1, 2, 4],
  ['a\u001cb\u0085c\u00a0d\u1680e', 1, 5, 9],
  ['a\u2000b\u200ac\u2028d\u2029e\u202ff\u205fg\u3000h', 1, 8, 15],
  ['a\u200bb\ufeffc\u180ed', 1, 1, 7],
  ['😀 \u{10ffff}\n', 1, 2, 4],
  ['\f', 1, 0, 1],
];

it.each(PYTHON)('counts %j as Python does, wherever it is cut', (text, lines, words, chars) => {
  for (let cut = 0; cut <= text.length; cut++) {
    const tally = new TextTally();
    tally.add(text.slice(0, cut));
    tally.add('');
    tally.add(text.slice(cut));
    expect({ ...tally, lines: tally.lines }).toMatchObject({ lines, words, chars });
  }
});
