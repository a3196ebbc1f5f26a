import { JsonDepthFault, JsonFault, JsonMachine } from './json-machine';

interface Outcome {
  readonly at: number;
  readonly message: string;
}

/** The fault, or the machine when there is none. */
function parse(text: string | Buffer, chunkBytes = Infinity, isLinewise = false): JsonMachine | Outcome {
  const machine = new JsonMachine(0, isLinewise);
  const bytes = Buffer.from(text);
  try {
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      const chunk = Buffer.from(bytes.subarray(at, at + chunkBytes));
      machine.write(chunk);
      chunk.fill(0xff);
    }
    machine.end();
    return machine;
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return { at: error.byteOffset, message: error.message };
  }
}

function isValid(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Where V8 sees the error, when it says so: not for every kind. */
function positionOfV8(text: string): number | undefined {
  try {
    JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    if (message.includes('end of JSON input')) return text.length;
    const position = /at position (\d+)/.exec(message)?.[1];
    return position === undefined ? undefined : Number(position);
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

const VALID = [
  '{}',
  '[]',
  ' [ ] ',
  '\t\r\n[\t\r\n]\t\r\n',
  '""',
  '0',
  '-0',
  '-0.0e-0',
  '1E+2',
  '1e5',
  '0.1',
  '123456789012345678901234567890',
  '1e999999999',
  '-1.7976931348623157e308',
  'true',
  'false',
  'null',
  '[[],[[]],{}]',
  '{"":{"":""}}',
  '{"a":1,"a":2}',
  '[1,"a",null,true,false,{"k":[]}]',
  '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\uFFFF\\uabcd"',
  '"\\ud83d\\ude00"',
  '"\\ud83d"',
  '"\\ude00\\ud83d"',
  '"\u007f\u0080\u2028\u2029\ufeff\uffff😀"',
  '"//"',
  '"[{,:}]"',
  '[0,-1,2.5]',
  '"日本語"',
];

/** Text, and the first byte with which no valid text goes on. */
const INVALID: [text: string, at: number, message: string][] = [
  ['', 0, 'Expected a value, but the file ends.'],
  [' \n', 2, 'Expected a value, but the file ends.'],
  ['[', 1, "Expected a value or ']', but the file ends."],
  ['{', 1, "Expected a key in double quotes or '}', but the file ends."],
  [']', 0, "Expected a value, but found ']'."],
  ['[1,]', 3, "Expected a value, but found ']'."],
  ['[,1]', 1, "Expected a value or ']', but found ','."],
  ['[1,,2]', 3, "Expected a value, but found ','."],
  ['[1 2]', 3, "Expected ',' or ']', but found '2'."],
  ['[1}', 2, "Expected ',' or ']', but found '}'."],
  ['{"a":1]', 6, "Expected ',' or '}', but found ']'."],
  ['{"a":1,}', 7, "Expected a key in double quotes, but found '}'."],
  ['{,}', 1, "Expected a key in double quotes or '}', but found ','."],
  ['{"a"}', 4, "Expected ':', but found '}'."],
  ['{"a" 1}', 5, "Expected ':', but found '1'."],
  ['{"a"::1}', 5, "Expected a value, but found ':'."],
  ['{a:1}', 1, "Expected a key in double quotes or '}', but found 'a'."],
  ["{'a':1}", 1, `Expected a key in double quotes or '}', but found "'".`],
  ['{1:1}', 1, "Expected a key in double quotes or '}', but found '1'."],
  ['{"a":1 "b":2}', 7, `Expected ',' or '}', but found '"'.`],
  ['{"a":', 5, 'Expected a value, but the file ends.'],
  ['1 2', 2, "Expected the end of the file, but found '2'."],
  ['{}{}', 2, "Expected the end of the file, but found '{'."],
  ['[]]', 2, "Expected the end of the file, but found ']'."],
  ['01', 1, "Expected the end of the file, but found '1'."],
  ['[-01]', 3, "Expected ',' or ']', but found '1'."],
  ['-', 1, 'Expected a digit after the minus sign, but the file ends.'],
  ['-a', 1, "Expected a digit after the minus sign, but found 'a'."],
  ['--1', 1, "Expected a digit after the minus sign, but found '-'."],
  ['+1', 0, "Expected a value, but found '+'."],
  ['.5', 0, "Expected a value, but found '.'."],
  ['5.', 2, 'Expected a digit after the decimal point, but the file ends.'],
  ['[5.]', 3, "Expected a digit after the decimal point, but found ']'."],
  ['1.e5', 2, "Expected a digit after the decimal point, but found 'e'."],
  ['1e', 2, 'Expected the exponent, but the file ends.'],
  ['1e+', 3, 'Expected a digit of the exponent, but the file ends.'],
  ['1e+-1', 3, "Expected a digit of the exponent, but found '-'."],
  ['1.2.3', 3, "Expected the end of the file, but found '.'."],
  ['0x10', 1, "Expected the end of the file, but found 'x'."],
  ['1_000', 1, "Expected the end of the file, but found '_'."],
  ['NaN', 0, "Expected a value, but found 'N'."],
  ['Infinity', 0, "Expected a value, but found 'I'."],
  ['nul', 3, "Expected 'null', but the file ends."],
  ['nulL', 3, "Expected 'null', but found 'L'."],
  ['nullx', 4, "Expected the end of the file, but found 'x'."],
  ['True', 0, "Expected a value, but found 'T'."],
  ['[tru]', 4, "Expected 'true', but found ']'."],
  ['undefined', 0, "Expected a value, but found 'u'."],
  ['"', 1, 'Expected the end of the string, but the file ends.'],
  ['"a', 2, 'Expected the end of the string, but the file ends.'],
  ['"\\', 2, 'Expected one of "\\/bfnrtu after the backslash, but the file ends.'],
  ['"\\x41"', 2, "Expected one of \"\\/bfnrtu after the backslash, but found 'x'."],
  ['"\\\'"', 2, `Expected one of "\\/bfnrtu after the backslash, but found "'".`],
  ['"\\u12"', 5, `Expected four hexadecimal digits after \\u, but found '"'.`],
  ['"\\u12G4"', 5, "Expected four hexadecimal digits after \\u, but found 'G'."],
  ['"\\U0041"', 2, "Expected one of \"\\/bfnrtu after the backslash, but found 'U'."],
  ['"a\nb"', 2, 'Expected the end of the string, but found a line feed.'],
  ['"a\tb"', 2, 'Expected the end of the string, but found the control character 0x09.'],
  ['"\u001f"', 1, 'Expected the end of the string, but found the control character 0x1f.'],
  ['"\u0000"', 1, 'Expected the end of the string, but found the control character 0x00.'],
  ['[\u000c]', 1, "Expected a value or ']', but found the control character 0x0c."],
  ['[\u00a01]', 1, "Expected a value or ']', but found '\u00a0'."],
  ['\ufeff[]', 0, "Expected a value, but found '\ufeff'."],
  ['["é",日]', 6, "Expected a value, but found '日'."],
  ['[1]😀', 3, "Expected the end of the file, but found '😀'."],
  ['// c\n1', 0, "Expected a value, but found '/'."],
  ['[1]/**/', 3, "Expected the end of the file, but found '/'."],
  ["'a'", 0, `Expected a value, but found "'".`],
  ['`a`', 0, "Expected a value, but found '`'."],
  ['[1,2', 4, "Expected ',' or ']', but the file ends."],
  ['{"a":1', 6, "Expected ',' or '}', but the file ends."],
  ['{"a"', 4, "Expected ':', but the file ends."],
  ['{"a', 3, 'Expected the end of the string, but the file ends.'],
];

describe('validity', () => {
  it.each(VALID)('takes %j', (text) => {
    expect(isValid(text)).toBe(true);
    for (const chunkBytes of [1, 2, 3, 5, 100]) expect(parse(text, chunkBytes)).toBeInstanceOf(JsonMachine);
  });

  it.each(INVALID)('refuses %j at %i', (text, at, message) => {
    expect(isValid(text)).toBe(false);
    expect([undefined, at]).toContain(
      positionOfV8(text) === undefined ? undefined : Buffer.byteLength(text.slice(0, positionOfV8(text))),
    );
    expect(parse(text)).toEqual({ at, message });
    expect(parse(text, 4)).toMatchObject({ at });
  });

  it('is that of JSON.parse for random mutations, and so is the position', () => {
    const documents = [
      '{"a":[1,-2.5e+10,true,false,null,"x\\u00e9\\n"],"b":{"c":{}}}',
      '[[],{},"",0,-0,1E5,0.1]',
      ' "abc" ',
      '123',
      '{"k" : [ ] , "l":"\\ud83d\\ude00"}',
    ];
    const alphabet = '{}[]:,"\\truefalsn0123456789.+-eEu \n\u0001/';
    const random = seededRandom(1);
    const seen = { valid: 0, invalid: 0, placed: 0 };
    for (let round = 0; round < 30_000; round++) {
      let text = documents[random(documents.length)];
      for (let change = random(3); change >= 0; change--) {
        const at = random(text.length + 1);
        const kind = random(3);
        const inserted = kind === 1 ? '' : alphabet[random(alphabet.length)];
        text = text.slice(0, at) + inserted + text.slice(kind === 0 ? at : at + 1);
      }
      const outcome = parse(text, [1, 3, 100][round % 3]);
      if (isValid(text)) {
        seen.valid++;
        if (!(outcome instanceof JsonMachine)) throw new Error(`refused ${text}`);
        continue;
      }
      seen.invalid++;
      if (outcome instanceof JsonMachine) throw new Error(`took ${text}`);
      const position = positionOfV8(text);
      if (position === undefined) continue;
      seen.placed++;
      if (outcome.at !== position) throw new Error(`${text}: at ${outcome.at}, V8 says ${position}`);
    }
    expect(seen.valid).toBeGreaterThan(2000);
    expect(seen.placed).toBeGreaterThan(10_000);
  });
});

/** The straightforward way: of a parsed value. */
function tallyOf(value: unknown, kinds: Record<string, number>): { depth: number; keys: number } {
  const kind = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  kinds[kind]++;
  if (kind !== 'array' && kind !== 'object') return { depth: 0, keys: 0 };
  const inner = Object.values(value as object).map((item) => tallyOf(item, kinds));
  return {
    depth: 1 + Math.max(0, ...inner.map(({ depth }) => depth)),
    keys: inner.reduce((sum, { keys }) => sum + keys, kind === 'object' ? inner.length : 0),
  };
}

function randomValue(random: (n: number) => number, depth: number): unknown {
  const strings = ['', 'a', 'é"\\', '日本\n', '😀\u0000'];
  switch (random(depth > 0 ? 8 : 6)) {
    case 0:
      return null;
    case 1:
      return random(2) === 0;
    case 2:
      return random(2000) - 1000;
    case 3:
      return (random(1_000_000) - 500_000) * 10 ** (random(40) - 20);
    case 4:
    case 5:
      return strings[random(strings.length)];
    case 6:
      return Array.from({ length: random(5) }, () => randomValue(random, depth - 1));
    default:
      return Object.fromEntries(
        Array.from({ length: random(5) }, (_, i) => [
          `${strings[random(strings.length)]}${i}`,
          randomValue(random, depth - 1),
        ]),
      );
  }
}

describe('the tally', () => {
  it('is that of the parsed value, wherever the text is cut', () => {
    const random = seededRandom(2);
    let deepest = 0;
    for (let round = 0; round < 1500; round++) {
      const value = randomValue(random, 6);
      const text = JSON.stringify(value, null, random(3));
      const kinds = { object: 0, array: 0, string: 0, number: 0, boolean: 0, null: 0 };
      const { depth, keys } = tallyOf(value, kinds);
      deepest = Math.max(deepest, depth);
      const isContainer = typeof value === 'object' && value !== null;
      for (const chunkBytes of [1, 2, 3, 7, 1000]) {
        const machine = parse(text, chunkBytes);
        if (!(machine instanceof JsonMachine)) throw new Error(text);
        expect(machine.tally).toMatchObject({
          depth,
          kinds,
          keyCount: keys,
          topLength: isContainer ? Object.keys(value).length : 0,
        });
        const listed = machine.keys.list().keys.map(({ name }) => name);
        const isObject = isContainer && !Array.isArray(value);
        expect(listed).toEqual(isObject ? Object.keys(value) : []);
      }
    }
    expect(deepest).toBeGreaterThan(4);
  });
});

describe('nesting', () => {
  it('may be 1,000 deep', () => {
    const machine = parse('[{"a":'.repeat(500) + '1' + '}]'.repeat(500), 7);
    expect(machine).toMatchObject({ tally: { depth: 1000, objects: 500, arrays: 500, numbers: 1 } });
  });

  it('beyond is another fault than bad syntax', () => {
    const machine = new JsonMachine(10, false);
    expect(() => machine.write(Buffer.from('['.repeat(100_000)))).toThrow(JsonDepthFault);
    expect(parse('['.repeat(1001))).toMatchObject({ at: 1000 });
    expect(parse('[' + '{"a":'.repeat(1000))).toMatchObject({ at: 1 + 999 * 5 });
  });
});

describe('a value a line', () => {
  const lines = (text: string, chunkBytes?: number) => parse(text, chunkBytes, true);

  it.each([
    ['', 0],
    ['\n\r\n \n', 0],
    ['1', 1],
    ['1\n2\n', 2],
    ['{"a":1}\r\n\r\n[]\r\n', 2],
    [' "x" \n null', 2],
    ['1\n2', 2],
  ])('counts the records of %j: %i', (text, records) => {
    for (const chunkBytes of [1, 2, 100])
      expect(lines(text, chunkBytes)).toMatchObject({ tally: { records } });
  });

  it.each<[text: string, at: number, message: string]>([
    ['1 2\n', 2, "Expected the end of the line, but found '2'."],
    ['1\n{"a":\n1}\n', 7, 'Expected a value, but the line ends.'],
    ['[1,\n2]\n', 3, 'Expected a value, but the line ends.'],
    ['[1\n]', 2, "Expected ',' or ']', but the line ends."],
    ['"a\n"', 2, 'Expected the end of the string, but the line ends.'],
    ['tru\n', 3, "Expected 'true', but the line ends."],
    ['1.\n', 2, 'Expected a digit after the decimal point, but the line ends.'],
    ['1\n2,\n', 3, "Expected the end of the line, but found ','."],
    ['1\n[', 3, "Expected a value or ']', but the file ends."],
    ['{"a":1}\n{"a":}\n', 13, "Expected a value, but found '}'."],
  ])('refuses %j at %i', (text, at, message) => {
    for (const chunkBytes of [1, 100]) expect(lines(text, chunkBytes)).toEqual({ at, message });
  });

  it('counts the top-level keys of all records', () => {
    const machine = lines('{"a":1,"b":{"x":2}}\n{"b":1}\n[{"y":1}]\n{"c":[],"a":{}}\n{"a":1,"b":2}\n', 3);
    expect((machine as JsonMachine).keys.list()).toEqual({
      keys: [
        { name: 'a', count: 3 },
        { name: 'b', count: 3 },
        { name: 'c', count: 1 },
      ],
      moreKeys: false,
    });
  });
});
