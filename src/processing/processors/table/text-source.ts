import { isUtf8 } from 'node:buffer';
import { readSync } from 'node:fs';

import type { TableEncoding } from './table-encoding';
import { InvalidTableText, UnsupportedTableEncoding } from './table.errors';
import { firstIllFormed, transcodeUtf16 } from './unicode';

/**
 * A window on the text of an open file, as UTF-8 whatever the encoding. The reader says what it still
 * needs, and the rest makes room for what follows.
 */
export class TextSource {
  readonly encoding: TableEncoding;
  readonly markLength: number;
  /** The window: well-formed UTF-8 from 0 to {@link end}. The same memory all along. */
  readonly bytes: Buffer;
  end = 0;
  /** Whether nothing follows the window. */
  ended = false;
  /** How much of the file has been read. */
  fileOffset: number;

  /** What has been read and is not yet text: the first bytes of a character. */
  private tail = Buffer.alloc(0);
  private readonly raw: Buffer;

  /**
   * @param keepBytes - The most that the reader keeps over a call of {@link more}.
   * @throws UnsupportedTableEncoding
   */
  constructor(
    private readonly file: number,
    private readonly chunkBytes: number,
    keepBytes: number,
  ) {
    const head = Buffer.alloc(4);
    const { encoding, markLength } = detectEncoding(head.subarray(0, readSync(file, head, 0, 4, 0)));
    this.encoding = encoding;
    this.markLength = markLength;
    this.fileOffset = markLength;
    this.raw = Buffer.allocUnsafeSlow(chunkBytes + 3);
    this.bytes = Buffer.allocUnsafeSlow(keepBytes + 2 * this.raw.length);
  }

  /**
   * Forgets what stands before `keep`, which becomes 0, and reads on.
   *
   * @throws InvalidTableText
   */
  more(keep: number): void {
    if (keep > 0) this.bytes.copyWithin(0, keep, this.end);
    this.end -= keep;
    const kept = this.tail.copy(this.raw);
    const read = readSync(this.file, this.raw, kept, this.chunkBytes, this.fileOffset);
    this.fileOffset += read;
    const chunk = this.raw.subarray(0, kept + read);
    const chunkOffset = this.fileOffset - chunk.length;
    if (read === 0 && kept > 0) throw new InvalidTableText(this.encoding, chunkOffset);
    this.ended = read === 0;
    const taken =
      this.encoding === 'utf-8' ? this.takeUtf8(chunk, chunkOffset) : this.takeUtf16(chunk, chunkOffset);
    this.tail = Buffer.from(chunk.subarray(taken));
  }

  private takeUtf8(chunk: Buffer, chunkOffset: number): number {
    const cut = [0, 1, 2, 3].find((count) => isUtf8(chunk.subarray(0, Math.max(0, chunk.length - count))));
    if (cut === undefined) throw new InvalidTableText('utf-8', chunkOffset + firstIllFormed(chunk));
    const length = Math.max(0, chunk.length - cut);
    this.end += chunk.copy(this.bytes, this.end, 0, length);
    return length;
  }

  private takeUtf16(chunk: Buffer, chunkOffset: number): number {
    const { taken, end, isIllFormed } = transcodeUtf16(
      chunk,
      this.encoding === 'utf-16le',
      this.bytes,
      this.end,
    );
    if (isIllFormed) throw new InvalidTableText(this.encoding, chunkOffset + taken);
    this.end = end;
    return taken;
  }
}

/** By the byte-order mark alone; FF FE 00 00 is UTF-32, not UTF-16 that starts with U+0000. */
function detectEncoding(head: Uint8Array): { encoding: TableEncoding; markLength: number } {
  const startsWith = (...mark: number[]): boolean => mark.every((byte, i) => head[i] === byte);
  if (startsWith(0xff, 0xfe, 0x00, 0x00)) throw new UnsupportedTableEncoding('utf-32le');
  if (startsWith(0x00, 0x00, 0xfe, 0xff)) throw new UnsupportedTableEncoding('utf-32be');
  if (startsWith(0xef, 0xbb, 0xbf)) return { encoding: 'utf-8', markLength: 3 };
  if (startsWith(0xff, 0xfe)) return { encoding: 'utf-16le', markLength: 2 };
  if (startsWith(0xfe, 0xff)) return { encoding: 'utf-16be', markLength: 2 };
  return { encoding: 'utf-8', markLength: 0 };
}
