import { TextDecoder } from 'node:util';
import { MalformedSubtitles } from './subtitles.errors';

const MAX_LINE_BYTES = 16 * 1024;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;

/**
 * The lines of UTF-8 text without their ends (LF, CR LF or CR) and without a byte-order mark, in memory that
 * does not depend on the length of the text.
 *
 * @throws MalformedSubtitles at a line that is not UTF-8, or longer than 16 KiB
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let number = 0;
  for await (const bytes of splitLines(chunks)) {
    number++;
    if (bytes.length > MAX_LINE_BYTES) throw new MalformedSubtitles(number, 'it is longer than 16 KiB');
    yield decode(decoder, bytes, number);
  }
}

function decode(decoder: TextDecoder, bytes: Uint8Array, number: number): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new MalformedSubtitles(number, 'it is not UTF-8');
  }
}

/** Where lines end is seen in the bytes, so that a line that cannot be decoded has a number. */
async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest = new Uint8Array();
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = lineEnd(bytes, start); end !== undefined; end = lineEnd(bytes, start)) {
      yield bytes.subarray(start, end.at);
      start = end.next;
    }
    rest = bytes.subarray(start);
    if (rest.length > MAX_LINE_BYTES + 1) break;
  }
  const end = rest.at(-1) === RETURN ? rest.length - 1 : rest.length;
  if (rest.length > 0) yield rest.subarray(0, end);
}

/** Undefined when it has yet to come: after a CR at the end of the bytes, an LF may. */
function lineEnd(bytes: Uint8Array, start: number): { at: number; next: number } | undefined {
  let at = start;
  while (at < bytes.length && bytes[at] !== LINE_FEED && bytes[at] !== RETURN) at++;
  if (at >= bytes.length || (bytes[at] === RETURN && at === bytes.length - 1)) return undefined;
  return { at, next: bytes[at] === RETURN && bytes[at + 1] === LINE_FEED ? at + 2 : at + 1 };
}
