import { BoundaryScanner } from './boundary-scanner';
import { MalformedMultipart } from './multipart.errors';

const BOUNDARY = 'bound';

interface Scan {
  preamble: string;
  parts: string[];
  closed: boolean;
}

/** Feeds the chunks and joins the content tokens of every part. */
function scan(chunks: Buffer[], boundary = BOUNDARY): Scan {
  const scanner = new BoundaryScanner(boundary);
  const seen: Scan = { preamble: '', parts: [], closed: false };
  for (const chunk of chunks) {
    scanner.feed(chunk);
    for (let token = scanner.next(); token !== undefined; token = scanner.next()) {
      if (token === 'part') seen.parts.push('');
      else if (token === 'close') seen.closed = true;
      else if (seen.closed) throw new Error('content after the closing boundary');
      else if (seen.parts.length === 0) seen.preamble += token.toString('latin1');
      else seen.parts[seen.parts.length - 1] += token.toString('latin1');
    }
    if (scanner.heldBytes >= boundary.length + 4) throw new Error('keeps more than an unfinished delimiter');
  }
  scanner.end();
  return seen;
}

const scanText = (text: string): Scan => scan([Buffer.from(text, 'latin1')]);

/** What the scanner should find, from the whole body at once: line by line, as RFC 2046 says it. */
function reference(body: string, boundary: string): Scan {
  const lines = body.split('\r\n');
  const sections: string[][] = [[]];
  for (const [index, line] of lines.entries()) {
    if (!line.startsWith(`--${boundary}`)) {
      sections.at(-1)?.push(line);
      continue;
    }
    const [preamble, ...parts] = sections.map((section) => section.join('\r\n'));
    const rest = line.slice(boundary.length + 2);
    if (/^--[ \t]*$/.test(rest)) return { preamble, parts, closed: true };
    if (!/^[ \t]*$/.test(rest) || index === lines.length - 1) break;
    sections.push([]);
  }
  throw new MalformedMultipart('a bad boundary, or no closing one');
}

function outcome(run: () => Scan): Scan | 'malformed' {
  try {
    return run();
  } catch (error) {
    if (error instanceof MalformedMultipart) return 'malformed';
    throw error;
  }
}

describe('BoundaryScanner', () => {
  it('cuts the body at its delimiters', () => {
    expect(scanText('--bound\r\none\r\n--bound\r\n\r\n--bound\r\n\r\n\r\n--bound--\r\n')).toEqual({
      preamble: '',
      parts: ['one', '', '\r\n'],
      closed: true,
    });
  });

  it('takes a boundary line right after another for a delimiter', () => {
    expect(scanText('--bound\r\n--bound\r\n--boun\r\n--bound--').parts).toEqual(['', '--boun']);
  });

  it('takes preamble, transport padding and epilogue, and a body that ends right after the last boundary', () => {
    expect(
      scanText('before\r\n--bound \t \r\none\r\n--bound-- \t\r\nafter\r\n--bound\r\nafter').parts,
    ).toEqual(['one']);
    expect(scanText('--bound\r\none\r\n--bound--').parts).toEqual(['one']);
    expect(scanText('--bound--').parts).toEqual([]);
  });

  it.each([
    '\r\n--boun',
    '\r\n-',
    '\r',
    '\n--bound',
    'x--bound',
    '\r\r\n--boun',
    '\r\n--boun\r\n--boun',
    '\r\n --bound',
  ])('takes %j for content', (nearMiss) => {
    expect(scanText(`--bound\r\n${nearMiss}x${nearMiss}\r\n--bound--`).parts).toEqual([
      `${nearMiss}x${nearMiss}`,
    ]);
  });

  it.each([
    ['nothing', ''],
    ['no boundary', 'hello'],
    ['another boundary', '--other\r\none\r\n--other--\r\n'],
    ['no closing boundary', '--bound\r\none\r\n--bound\r\ntwo'],
    ['half a closing boundary', '--bound\r\none\r\n--bound-'],
    ['an unfinished delimiter', '--bound\r\none\r\n--boun'],
    ['a boundary that goes on', '--bound\r\none\r\n--boundary\r\ntwo\r\n--bound--'],
    ['a dash too few', '--bound\r\none\r\n--bound-\r\n'],
    ['a space for the second dash', '--bound\r\none\r\n--bound- '],
    ['a dash too many', '--bound\r\none\r\n--bound---\r\n'],
    ['text after the closing boundary', '--bound\r\none\r\n--bound--x'],
    ['bare LF after the boundary', '--bound\none\r\n--bound--'],
    ['CR without LF after the boundary', '--bound\rone\r\n--bound--'],
    ['CR without LF after the closing boundary', '--bound\r\none\r\n--bound--\rx'],
    ['text after transport padding', '--bound x\r\none\r\n--bound--'],
  ])('refuses %s', (_, body) => {
    expect(() => scanText(body)).toThrow(MalformedMultipart);
    expect(() => scan([...Buffer.from(body, 'latin1')].map((byte) => Buffer.of(byte)))).toThrow(
      MalformedMultipart,
    );
  });

  it('hands out slices of the chunk that was fed', () => {
    const chunk = Buffer.from('--bound\r\ncontent');
    const scanner = new BoundaryScanner(BOUNDARY);
    scanner.feed(chunk);
    expect(scanner.next()).toBe('part');
    const content = scanner.next();
    if (typeof content !== 'object') throw new Error('no content');
    expect(content.buffer).toBe(chunk.buffer);
    expect(content.byteOffset).toBe(chunk.byteOffset + 9);
  });

  it('does not change when a consumer writes to what it was given', () => {
    const scanner = new BoundaryScanner(BOUNDARY);
    const found: string[] = [];
    for (const chunk of ['--bound\r\na\r\n--bo', 'x\r\n--bo', 'und--']) {
      scanner.feed(Buffer.from(chunk));
      for (let token = scanner.next(); token !== undefined; token = scanner.next()) {
        found.push(token.toString());
        if (typeof token === 'object') token.fill(0);
      }
    }
    expect(found).toEqual(['part', 'a', '\r\n--bo', 'x', 'close']);
  });

  it('agrees with the whole-buffer reference on random bodies in random chunks', () => {
    const random = mulberry32(20_260_101);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)];
    const tally = { malformed: 0, wellFormed: 0 };
    for (let round = 0; round < 20_000; round++) {
      const boundary = pick(['b', '-', '--', 'bound', 'b-b', '----WebKitFormBoundaryAbC']);
      const fragments = [
        '\r',
        '\n',
        '-',
        '--',
        '\r\n',
        '\r\n-',
        '\r\n--',
        boundary,
        boundary.slice(0, -1),
        'x',
        '\t',
      ];
      const delimiters = [`\r\n--${boundary}\r\n`, `\r\n--${boundary} \r\n`];
      let body = random() < 0.8 ? `--${boundary}\r\n` : '';
      for (let piece = Math.floor(random() * 14); piece > 0; piece--) {
        body += random() < 0.15 ? pick(delimiters) : pick(fragments);
      }
      body += random() < 0.8 ? `\r\n--${boundary}--` : '';
      body += random() < 0.5 ? '\r\n' : '';

      const chunks: Buffer[] = [];
      const longest = pick([1, 2, 3, 8, 40]);
      for (let at = 0; at < body.length;) {
        const length = 1 + Math.floor(random() * longest);
        chunks.push(Buffer.from(body.slice(at, at + length), 'latin1'));
        at += length;
      }
      const expected = outcome(() => reference(body, boundary));
      tally[expected === 'malformed' ? 'malformed' : 'wellFormed']++;
      const found = outcome(() => scan(chunks, boundary));
      // One comparison of text a round: `toEqual` would take most of the test's time.
      expect(JSON.stringify({ boundary, body, found })).toBe(
        JSON.stringify({ boundary, body, found: expected }),
      );
    }
    // Both kinds are really tried.
    expect(Math.min(tally.malformed, tally.wellFormed)).toBeGreaterThan(4_000);
  });
});

/** A small seeded generator (Mulberry32), for the same bodies on every run. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
