import type { Metadata } from 'sharp';

import { checkLimits } from './image-limits';

function problemOf(metadata: Partial<Metadata>): unknown {
  try {
    checkLimits({ channels: 3, depth: 'uchar', width: 1, height: 1, ...metadata } as Metadata);
  } catch (error) {
    return error;
  }
}

it.each<[string, Partial<Metadata>]>([
  ['a PNG', { format: 'png' }],
  ['a JPEG with its colours halved, as cameras write it', { format: 'jpeg', chromaSubsampling: '4:2:0' }],
  ['a TIFF', { format: 'tiff' }],
])('takes 100 million pixels of %s, and not one row more', (_what, metadata) => {
  expect(problemOf({ ...metadata, width: 10_000, height: 10_000 })).toBeUndefined();
  expect(problemOf({ ...metadata, width: 10_000, height: 10_001 })).toMatchObject({
    problem: { code: 'image_too_large', status: 422 },
    message: 'The image has 10000 × 10001 pixels: at most 100 million are taken.',
    extensions: { width: 10_000, height: 10_001 },
  });
});

it.each<[string, number, Partial<Metadata>]>([
  ['a JPEG in full colour', 71, { format: 'jpeg', chromaSubsampling: '4:4:4' }],
  ['a JPEG for print', 53, { format: 'jpeg', chromaSubsampling: '4:4:4:4', channels: 4 }],
  ['an interlaced PNG of 16 bits', 33, { format: 'png', isProgressive: true, depth: 'ushort', channels: 4 }],
  ['a GIF', 89, { format: 'gif' }],
  ['a WebP', 89, { format: 'webp' }],
  ['an AVIF', 26, { format: 'heif' }],
  ['an AVIF of ten bits', 19, { format: 'heif', depth: 'ushort' }],
])('takes %s up to %i million pixels, since its decoder holds it whole', (_what, millions, metadata) => {
  expect(problemOf({ ...metadata, width: millions * 1000, height: 1000 })).toBeUndefined();
  expect(problemOf({ ...metadata, width: (millions + 1) * 1000, height: 1000 })).toMatchObject({
    problem: { code: 'image_too_large' },
    message: expect.stringContaining(`of its kind at most ${millions} million are taken`),
  });
});

it('takes 1,000 pages', () => {
  expect(problemOf({ format: 'gif', pages: 1000 })).toBeUndefined();
  expect(problemOf({ format: 'gif', pages: 1001 })).toMatchObject({
    problem: { code: 'image_too_many_pages', status: 422 },
    extensions: { pages: 1001, limit: 1000 },
  });
});
