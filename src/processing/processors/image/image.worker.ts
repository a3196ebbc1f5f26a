import type { ProcessorFunction } from '../../../plugin-api/processor';
import {
  checkEnd,
  decodeFirstPage,
  fromPixels,
  openImage,
  type OpenedImage,
  type Pixels,
} from './image-decoder';
import { readExif } from './image-exif';
import { dominantColor, perceptualHash } from './image-fingerprint';
import { DEPTH_BITS } from './image-limits';

/** The longer side of a thumbnail. */
const THUMBNAIL_PIXELS = 256;

/** libwebp's scale of 0 to 100. */
const QUALITY = 80;

/**
 * Measures an image and derives `web.webp` and `thumbnail.webp` from its first page.
 *
 * @throws InvalidImage · ImageTooLarge · TooManyPages
 */
export const run = (async ({ path, options, progress, artifact }) => {
  const image = await openImage(path);
  progress(0.1);
  const page = await decodeFirstPage(path, image.metadata);
  progress(0.4);
  await checkEnd(path, image.metadata);
  progress(0.5);
  await artifact('web.webp', 'image/webp', await toWebp(page));
  progress(0.8);
  const thumbnail = await shrink(page, THUMBNAIL_PIXELS);
  await artifact('thumbnail.webp', 'image/webp', await toWebp(thumbnail));
  progress(0.9);
  const perceptual_hash = await perceptualHash(page);
  progress(1);
  const { exif } = image.metadata;
  return {
    ...describe(image),
    exif: exif ? readExif(exif, options.gps) : null,
    dominant_color: dominantColor(thumbnail),
    perceptual_hash,
  };
}) satisfies ProcessorFunction<object, { readonly gps: boolean }>;

function describe({ format, metadata }: OpenedImage) {
  const { autoOrient, space, channels, depth, bitsPerSample, hasAlpha, orientation = 1 } = metadata;
  const { pages = 1, delay } = metadata;
  return {
    processor: 'image' as const,
    format,
    width: autoOrient.width,
    height: autoOrient.height,
    orientation,
    color_space: space,
    channels,
    bit_depth: bitsPerSample ?? DEPTH_BITS[depth],
    has_alpha: hasAlpha,
    pages,
    is_animated: pages > 1 && delay !== undefined,
  };
}

async function shrink(pixels: Pixels, side: number): Promise<Pixels> {
  const { data, info } = await fromPixels(pixels)
    .resize(side, side, { fit: 'inside', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: pixels.channels };
}

/** Made from pixels alone: there is no metadata that could travel along. */
function toWebp(pixels: Pixels): Promise<Buffer> {
  return fromPixels(pixels).webp({ quality: QUALITY }).toBuffer();
}
