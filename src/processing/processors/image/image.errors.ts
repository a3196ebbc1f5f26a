import { DomainError, Problem } from '../../../platform/errors/domain-error';

@Problem({
  code: 'invalid_image',
  status: 422,
  title: 'Not a valid image',
  meaning:
    'The file is truncated, damaged, or no image of an accepted format; the detail has what the decoder says. Save it again with an image editor and upload it again.',
})
export class InvalidImage extends DomainError {
  constructor(reason: string, options?: ErrorOptions) {
    super(`The image cannot be decoded: ${reason}.`, options);
  }
}

@Problem({
  code: 'image_too_large',
  status: 422,
  title: 'Image too large',
  meaning:
    'The image has more pixels than are taken, or its decoder would need more memory than it is given; `width` and `height` say what was found. Scale it down and upload it again.',
})
export class ImageTooLarge extends DomainError {
  constructor(width: number, height: number, limit: string) {
    super(`The image has ${width} × ${height} pixels: ${limit}.`, { extensions: { width, height } });
  }
}

@Problem({
  code: 'image_too_many_pages',
  status: 422,
  title: 'Too many pages in the image',
  meaning:
    'The image is an animation or a document of more frames or pages than are taken; `pages` says how many. Split it and upload the parts.',
})
export class TooManyPages extends DomainError {
  constructor(pages: number, limit: number) {
    super(`The image has ${pages} pages; at most ${limit} are taken.`, { extensions: { pages, limit } });
  }
}
