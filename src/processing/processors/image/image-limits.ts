import type { Metadata } from 'sharp';

import { ImageTooLarge, TooManyPages } from './image.errors';

/** Of one page. */
export const MAX_PIXELS = 100_000_000;

export const MAX_PAGES = 1_000;

/** What a decoder may be expected to allocate, outside of the V8 heap and its limit. */
export const MAX_DECODER_BYTES = 512 * 1024 * 1024;

/** @throws TooManyPages · ImageTooLarge */
export function checkLimits(metadata: Metadata): void {
  const { width, height, pages = 1 } = metadata;
  if (pages > MAX_PAGES) throw new TooManyPages(pages, MAX_PAGES);
  const pixels = width * height;
  if (pixels > MAX_PIXELS) {
    throw new ImageTooLarge(width, height, `at most ${MAX_PIXELS / 1e6} million are taken`);
  }
  if (pixels * decoderBytesPerPixel(metadata) > MAX_DECODER_BYTES) {
    const most = Math.floor(MAX_DECODER_BYTES / decoderBytesPerPixel(metadata) / 1e6);
    throw new ImageTooLarge(width, height, `of its kind at most ${most} million are taken`);
  }
}

/**
 * Peak memory of the decoders of sharp 0.35.5, measured and rounded up (docs/adr/0010-image-library.md).
 * What decodes row by row costs little; the rest is held whole.
 */
function decoderBytesPerPixel(metadata: Metadata): number {
  const { format, channels, depth, isProgressive, chromaSubsampling } = metadata;
  const bytes = channels * (DEPTH_BITS[depth] / 8);
  switch (format) {
    case 'jpeg':
      // A file whose header does not say so may still have scans that need every coefficient at once.
      return chromaSubsampling === '4:2:0' ? 5 : 2.5 * channels;
    case 'png':
      return isProgressive ? 2 * bytes : 2;
    case 'tiff':
      return 1.5 * bytes;
    case 'heif':
      return depth === 'uchar' ? 20 : 28;
    default:
      return 6;
  }
}

/** Bits of one sample by sharp's name for it. */
export const DEPTH_BITS: Readonly<Record<Metadata['depth'], number>> = {
  char: 8,
  uchar: 8,
  short: 16,
  ushort: 16,
  int: 32,
  uint: 32,
  float: 32,
  complex: 64,
  double: 64,
  dpcomplex: 128,
};
