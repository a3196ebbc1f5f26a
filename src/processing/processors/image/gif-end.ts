import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const END = -1;

/**
 * Whether a GIF ends in the middle of a block (GIF89a, sections 15 to 27): the decoder drops the frames
 * that are missing and says nothing. What follows the trailer does not matter.
 */
export function isCutGif(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    return isCut(new ByteCursor(file));
  } finally {
    closeSync(file);
  }
}

function isCut(bytes: ByteCursor): boolean {
  bytes.skip(10);
  const screen = bytes.next();
  bytes.skip(2 + tableLength(screen));
  for (;;) {
    const block = bytes.next();
    if (block === IMAGE) {
      bytes.skip(8);
      bytes.skip(tableLength(bytes.next()) + 1);
    } else if (block === EXTENSION) {
      bytes.skip(1);
    } else {
      // The trailer, or rubbish: the decoder stops at either.
      return block === END;
    }
    skipSubBlocks(bytes);
  }
}

/** Bytes of the colour table that packed fields announce. */
function tableLength(packed: number): number {
  return packed !== END && (packed & 0x80) !== 0 ? 3 * 2 ** ((packed & 7) + 1) : 0;
}

function skipSubBlocks(bytes: ByteCursor): void {
  for (let length = bytes.next(); length > 0; length = bytes.next()) bytes.skip(length);
}

class ByteCursor {
  private readonly window = Buffer.allocUnsafe(64 * 1024);
  private readonly size: number;
  private position = 0;
  private windowStart = 0;
  private windowEnd = 0;

  constructor(private readonly file: number) {
    this.size = fstatSync(file).size;
  }

  /** {@link END} past the end. */
  next(): number {
    if (this.position >= this.size) return END;
    if (this.position >= this.windowEnd) {
      this.windowStart = this.position;
      this.windowEnd = this.position + readSync(this.file, this.window, 0, this.window.length, this.position);
    }
    return this.position < this.windowEnd ? this.window[this.position++ - this.windowStart] : END;
  }

  skip(count: number): void {
    this.position += count;
  }
}
