import { UnsupportedEncoding } from './text-encoding.errors';

/** What text is read as. Anything else is refused, never guessed. */
export const TEXT_ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be'] as const;

export type TextEncoding = (typeof TEXT_ENCODINGS)[number];

/**
 * By the byte-order mark alone; FF FE 00 00 is UTF-32, not UTF-16 that starts with U+0000.
 *
 * @param head - at least the first four bytes, unless there are fewer
 * @throws UnsupportedEncoding
 */
export function detectEncoding(head: Uint8Array): { encoding: TextEncoding; markLength: number } {
  const startsWith = (...mark: number[]): boolean => mark.every((byte, i) => head[i] === byte);
  if (startsWith(0xff, 0xfe, 0x00, 0x00)) throw new UnsupportedEncoding('utf-32le');
  if (startsWith(0x00, 0x00, 0xfe, 0xff)) throw new UnsupportedEncoding('utf-32be');
  if (startsWith(0xef, 0xbb, 0xbf)) return { encoding: 'utf-8', markLength: 3 };
  if (startsWith(0xff, 0xfe)) return { encoding: 'utf-16le', markLength: 2 };
  if (startsWith(0xfe, 0xff)) return { encoding: 'utf-16be', markLength: 2 };
  return { encoding: 'utf-8', markLength: 0 };
}
