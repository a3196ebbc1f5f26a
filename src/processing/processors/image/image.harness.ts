import { constants, crc32, deflateRawSync } from 'node:zlib';

/** A black PNG of three bytes a pixel and any size, for tests: made of few bytes, and at once. */
export function blackPng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', zlibOfZeros((width * 3 + 1) * height)),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}

/** So many zero bytes as a zlib stream (RFC 1950): a deflated block with a full flush may be repeated. */
function zlibOfZeros(length: number): Buffer {
  const block = 1 << 20;
  const flushed = deflateRawSync(Buffer.alloc(block), { finishFlush: constants.Z_FULL_FLUSH });
  const adler32 = Buffer.alloc(4);
  adler32.writeUInt32BE((((length % 65_521) << 16) | 1) >>> 0);
  return Buffer.concat([
    Buffer.of(0x78, 0x9c),
    ...Array.from({ length: Math.floor(length / block) }, () => flushed),
    deflateRawSync(Buffer.alloc(length % block)),
    adler32,
  ]);
}

/** An animation of so many frames of one pixel. */
export function manyFrames(frames: number): Buffer {
  const screen = [1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255];
  const control = [0x21, 0xf9, 4, 0, 10, 0, 0, 0];
  const image = [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0];
  return Buffer.concat([
    Buffer.from('GIF89a'),
    Buffer.from(screen),
    Buffer.alloc(frames * (control.length + image.length), Buffer.from([...control, ...image])),
    Buffer.of(0x3b),
  ]);
}

/** A TIFF of so many grey pages of one pixel, all of them the byte at offset 8. */
export function manyPages(pages: number): Buffer {
  const fields = [
    [256, 1], // width
    [257, 1], // height
    [258, 8], // bits of a sample
    [259, 1], // not compressed
    [262, 1], // black is zero
    [273, 8], // offset of the strip
    [277, 1], // samples of a pixel
    [278, 1], // rows of the strip
    [279, 1], // bytes of the strip
  ];
  const first = 16;
  const size = 2 + fields.length * 12 + 4;
  const tiff = Buffer.alloc(first + pages * size);
  tiff.write('II*\0', 'latin1');
  tiff.writeUInt32LE(first, 4);
  for (let page = 0; page < pages; page++) {
    const start = first + page * size;
    tiff.writeUInt16LE(fields.length, start);
    for (const [i, [tag, value]] of fields.entries()) {
      const field = start + 2 + i * 12;
      tiff.writeUInt16LE(tag, field);
      tiff.writeUInt16LE(4, field + 2);
      tiff.writeUInt32LE(1, field + 4);
      tiff.writeUInt32LE(value, field + 8);
    }
    if (page + 1 < pages) tiff.writeUInt32LE(start + size, start + size - 4);
  }
  return tiff;
}
