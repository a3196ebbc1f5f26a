import { readSync } from 'node:fs';

import { detectEncoding, type TextEncoding } from '../../../plugin-api/text-encoding';
import { InvalidText } from '../../../plugin-api/text-encoding.errors';
import { firstIllFormed, wellFormedLength } from '../../../plugin-api/utf8-sequence';
import { transcodeUtf16 } from './utf16';

/**
 * A window on the text of an open file, as UTF-8 whatever the encoding. The reader says what it still
 * needs, and the rest makes room for what follows.
 */
export class TextSource {
  readonly encoding: TextEncoding;
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
   * @throws UnsupportedEncoding
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
   * @throws InvalidText
   */
  more(keep: number): void {
    if (keep > 0) this.bytes.copyWithin(0, keep, this.end);
    this.end -= keep;
    const kept = this.tail.copy(this.raw);
    const read = readSync(this.file, this.raw, kept, this.chunkBytes, this.fileOffset);
    this.fileOffset += read;
    const chunk = this.raw.subarray(0, kept + read);
    const chunkOffset = this.fileOffset - chunk.length;
    if (read === 0 && kept > 0) throw new InvalidText(this.encoding, chunkOffset);
    this.ended = read === 0;
    const taken =
      this.encoding === 'utf-8' ? this.takeUtf8(chunk, chunkOffset) : this.takeUtf16(chunk, chunkOffset);
    this.tail = Buffer.from(chunk.subarray(taken));
  }

  private takeUtf8(chunk: Buffer, chunkOffset: number): number {
    const length = wellFormedLength(chunk);
    if (length === undefined) throw new InvalidText('utf-8', chunkOffset + firstIllFormed(chunk));
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
    if (isIllFormed) throw new InvalidText(this.encoding, chunkOffset + taken);
    this.end = end;
    return taken;
  }
}
