import { join } from 'node:path';

import { WorkerProcessor, type AcceptedType } from '../../../plugin-api/processor';
import { ImageOptions, ImageResult } from './image.result';
import './image.errors'; // only the worker throws them, but the catalog of errors is made here

const accepts: readonly AcceptedType[] = [
  { extension: '.jpg', mediaType: 'image/jpeg', content: ['image/jpeg'] },
  { extension: '.jpeg', mediaType: 'image/jpeg', content: ['image/jpeg'] },
  // An animated PNG is a PNG to every reader that does not know better.
  { extension: '.png', mediaType: 'image/png', content: ['image/png', 'image/apng'] },
  { extension: '.webp', mediaType: 'image/webp', content: ['image/webp'] },
  { extension: '.gif', mediaType: 'image/gif', content: ['image/gif'] },
  { extension: '.avif', mediaType: 'image/avif', content: ['image/avif'] },
  { extension: '.tif', mediaType: 'image/tiff', content: ['image/tiff'] },
  { extension: '.tiff', mediaType: 'image/tiff', content: ['image/tiff'] },
];

/** Describes a picture and derives a thumbnail and a web-sized copy; see `docs/processors.md`. */
export class ImageProcessor extends WorkerProcessor {
  override readonly name = 'image';
  override readonly description =
    'Measures a picture (size, colours, camera, perceptual hash) and makes a thumbnail and a web-sized copy without metadata.';
  override readonly accepts = accepts;
  override readonly result = ImageResult;
  override readonly options = ImageOptions;
  override readonly worker = join(__dirname, 'image.worker.js');
}
