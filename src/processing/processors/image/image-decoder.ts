import { open } from 'node:fs/promises';
import sharp, { type Metadata, type Sharp, type SharpOptions } from 'sharp';

import { isCutGif } from './gif-end';
import { MAX_PIXELS, checkLimits } from './image-limits';
import { InvalidImage } from './image.errors';

// One image a thread at a time: nothing to gain from a cache, and threads belong to the pool.
sharp.cache(false);
sharp.concurrency(1);

/** The longer side of a web-sized copy. */
export const WEB_PIXELS = 2048;

/** Our name of a format by sharp's. */
const FORMATS = {
  jpeg: 'jpeg',
  png: 'png',
  webp: 'webp',
  gif: 'gif',
  heif: 'avif',
  tiff: 'tiff',
} as const;

export type ImageFormat = (typeof FORMATS)[keyof typeof FORMATS];

/** Eight-bit sRGB samples, row by row, upright; with or without alpha. */
export interface Pixels {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
}

export interface OpenedImage {
  readonly format: ImageFormat;
  readonly metadata: Metadata;
}

/**
 * Reads the header alone.
 *
 * @throws InvalidImage · ImageTooLarge · TooManyPages · Error when the file cannot be read
 */
export async function openImage(path: string): Promise<OpenedImage> {
  // libvips calls a file that it may not open an unsupported format: let the file system speak first.
  await (await open(path)).close();
  const metadata = await decoding(path, () => sharp(path, { limitInputPixels: false }).metadata());
  const format = formatOf(metadata);
  if (!format) throw new InvalidImage(`its format, ${metadata.format}, is not accepted`);
  checkLimits(metadata);
  return { format, metadata };
}

/**
 * The first page, scaled down to {@link WEB_PIXELS} while it is decoded, so that only the decoder sees
 * every pixel: turning it upright comes after.
 *
 * @throws InvalidImage
 */
export async function decodeFirstPage(path: string, { orientation = 1 }: Metadata): Promise<Pixels> {
  const { data, info } = await decoding(path, () =>
    reader(path)
      .resize(WEB_PIXELS, WEB_PIXELS, { fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true }),
  );
  const pixels: Pixels = {
    data,
    width: info.width,
    height: info.height,
    channels: info.channels === 4 ? 4 : 3,
  };
  return orientation === 1 ? pixels : upright(pixels, orientation);
}

/**
 * Looks for the end of a file of more than one page, since one that was cut keeps its first. The last page
 * is not decoded where the pages before it make that dear: they have to be decoded too.
 *
 * @throws InvalidImage
 */
export async function checkEnd(path: string, { format, width, height, pages = 1 }: Metadata): Promise<void> {
  if (format === 'gif' && isCutGif(path)) throw new InvalidImage('the GIF ends in the middle of a block');
  if (pages === 1 || width * height * pages > MAX_PIXELS) return;
  await decoding(path, () =>
    reader(path, { page: pages - 1 })
      .resize(16, 16)
      .raw()
      .toBuffer(),
  );
}

export function fromPixels({ data, width, height, channels }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels } });
}

function reader(path: string, options?: SharpOptions): Sharp {
  return sharp(path, {
    limitInputPixels: MAX_PIXELS,
    failOn: 'error',
    unlimited: false,
    sequentialRead: true,
    ...options,
  });
}

function formatOf({ format, compression }: Metadata): ImageFormat | undefined {
  if (format === 'heif' && compression !== 'av1') return undefined;
  return FORMATS[format as keyof typeof FORMATS];
}

/** Undoes an EXIF orientation of 2 to 8 (Exif 2.32, tag 0x0112): mirrored, then turned clockwise. */
async function upright(pixels: Pixels, orientation: number): Promise<Pixels> {
  const turn = { 3: 180, 5: 90, 6: 90, 7: 270, 8: 270 }[orientation] ?? 0;
  const { data, info } = await fromPixels(pixels)
    .flop(orientation === 2)
    .flip(orientation === 4 || orientation === 5 || orientation === 7)
    .rotate(turn)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: pixels.channels };
}

/** @throws InvalidImage where a decoder blames the content; other errors pass as they are */
async function decoding<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = complaint((error as Error).message, path);
    throw reason === undefined ? error : new InvalidImage(reason, { cause: error });
  }
}

/** How the decoders of libvips begin what they say of bad content. */
const COMPLAINT =
  /^(?:Input file has corrupt header: ?)?((?:VipsJpeg|vipspng|pngload|libpng|webp2?(?:vips)?|gifload|tiff2vips|heif): .+)$/m;

const NO_IMAGE =
  /^(Input file contains unsupported image format|Input file has corrupt header|Unknown error)/;

/** The first thing that a decoder said about the content; undefined when the fault is elsewhere. */
function complaint(message: string, path: string): string | undefined {
  if (/out of memory|Memory allocation error: (?!Security)/i.test(message)) return undefined;
  const said = COMPLAINT.exec(message)?.[1] ?? NO_IMAGE.exec(message)?.[1];
  return said
    ?.replaceAll(path, 'the file')
    .replace(/^Input file/, 'the file')
    .replace(/^Unknown error/, 'the decoder gave up')
    .trim();
}
