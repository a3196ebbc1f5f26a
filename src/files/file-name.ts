import { InvalidFileName } from './files.errors';

const MAX_BYTES = 255;

/** Characters that reorder or hide what is shown around them: bidirectional controls and zero-width ones. */
const DECEPTIVE = /[\u061C\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/gu;
const CONTROL = /\p{Cc}/u;

/**
 * The name under which a file is shown and given back: the last part of what the client sent, without
 * characters that deceive, cut to 255 bytes of UTF-8. It is never used as a path.
 *
 * @throws InvalidFileName when nothing is left, or on control characters such as CR, LF and NUL
 */
export function cleanFileName(raw: string): string {
  if (CONTROL.test(raw)) throw new InvalidFileName('The file name contains a control character.');
  const base = raw.slice(Math.max(raw.lastIndexOf('/'), raw.lastIndexOf('\\')) + 1);
  const name = base.replaceAll(DECEPTIVE, '').toWellFormed().trim();
  if (name === '' || name === '.' || name === '..') throw new InvalidFileName('The file has no name.');
  return shorten(name);
}

/** Lower case, with the dot; empty when there is none. A leading dot does not begin an extension. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot).toLowerCase() : '';
}

/** Cuts at a code point and keeps the extension, by which the type is judged. */
function shorten(name: string): string {
  if (Buffer.byteLength(name) <= MAX_BYTES) return name;
  const extension = extensionOf(name);
  const kept = Buffer.byteLength(extension) < MAX_BYTES ? extension : '';
  let stem = '';
  let bytes = Buffer.byteLength(kept);
  for (const character of name) {
    bytes += Buffer.byteLength(character);
    if (bytes > MAX_BYTES) break;
    stem += character;
  }
  return stem + kept;
}
