import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional } from 'class-validator';

/** What the `image` processor can be asked for. */
export class ImageOptions {
  @IsOptional()
  @IsBoolean()
  @ApiPropertyOptional({
    description: 'Whether to read where the picture was taken.',
    default: false,
    example: false,
  })
  gps: boolean = false;
}

/** Where a picture was taken. */
export class ImagePlace {
  @ApiProperty({
    description: 'Degrees, WGS 84; north is positive.',
    minimum: -90,
    maximum: 90,
    example: 52.5163,
  })
  latitude!: number;

  @ApiProperty({
    description: 'Degrees, WGS 84; east is positive.',
    minimum: -180,
    maximum: 180,
    example: 13.3777,
  })
  longitude!: number;

  @ApiProperty({
    description: 'Metres above the sea; null when the camera noted none.',
    type: 'number',
    nullable: true,
    example: 34.5,
  })
  altitude_m!: number | null;
}

/** What the camera noted; a field that it did not note is null. */
export class ImageExif {
  @ApiProperty({ type: 'string', nullable: true, example: 'FUJIFILM' })
  camera_make!: string | null;

  @ApiProperty({ type: 'string', nullable: true, example: 'X-T5' })
  camera_model!: string | null;

  @ApiProperty({ type: 'string', nullable: true, example: 'XF23mmF2 R WR' })
  lens_model!: string | null;

  @ApiProperty({
    description:
      'When the shutter opened, by the clock of the camera: with its UTC offset when the camera noted one (RFC 3339), otherwise the bare local time.',
    type: 'string',
    nullable: true,
    example: '2024-05-01T12:30:00+02:00',
  })
  taken_at!: string | null;

  @ApiProperty({ type: 'number', nullable: true, minimum: 0, example: 0.004 })
  exposure_seconds!: number | null;

  @ApiProperty({ type: 'number', nullable: true, minimum: 0, example: 5.6 })
  f_number!: number | null;

  @ApiProperty({ type: 'number', nullable: true, minimum: 0, example: 400 })
  iso!: number | null;

  @ApiProperty({ type: 'number', nullable: true, minimum: 0, example: 23 })
  focal_length_mm!: number | null;

  @ApiProperty({
    description: 'Null unless the option `gps` asked for it and the camera noted it.',
    type: () => ImagePlace,
    nullable: true,
  })
  gps!: ImagePlace | null;
}

/** Result of the `image` processor. Field names are the wire's. */
export class ImageResult {
  @ApiProperty({ description: 'The processor that made the result.', enum: ['image'], example: 'image' })
  processor!: 'image';

  @ApiProperty({
    description: 'What the content is.',
    enum: ['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'],
    example: 'jpeg',
  })
  format!: 'jpeg' | 'png' | 'webp' | 'gif' | 'avif' | 'tiff';

  @ApiProperty({
    description: 'Pixels from left to right of the first page, with `orientation` applied.',
    type: 'integer',
    minimum: 1,
    example: 4000,
  })
  width!: number;

  @ApiProperty({
    description: 'Pixels from top to bottom of the first page, with `orientation` applied.',
    type: 'integer',
    minimum: 1,
    example: 3000,
  })
  height!: number;

  @ApiProperty({
    description: 'EXIF orientation as the file states it; 1 (upright) when it states none.',
    type: 'integer',
    minimum: 1,
    maximum: 8,
    example: 6,
  })
  orientation!: number;

  @ApiProperty({
    description: 'As libvips names it: `srgb`, `b-w`, `cmyk`, `rgb16`, `grey16`, `lab` and others.',
    example: 'srgb',
  })
  color_space!: string;

  @ApiProperty({
    description: 'Samples of a pixel, alpha included.',
    type: 'integer',
    minimum: 1,
    example: 3,
  })
  channels!: number;

  @ApiProperty({
    description: 'Bits of a sample; of an index for a palette.',
    type: 'integer',
    minimum: 1,
    example: 8,
  })
  bit_depth!: number;

  @ApiProperty({ description: 'Whether pixels may be transparent.', example: false })
  has_alpha!: boolean;

  @ApiProperty({
    description: 'Frames of an animation, pages of a TIFF.',
    type: 'integer',
    minimum: 1,
    example: 1,
  })
  pages!: number;

  @ApiProperty({
    description: 'Whether the pages are frames that follow each other in time.',
    example: false,
  })
  is_animated!: boolean;

  @ApiProperty({
    description: 'Null when the file has none of these fields.',
    type: () => ImageExif,
    nullable: true,
  })
  exif!: ImageExif | null;

  @ApiProperty({
    description:
      'Mean of the most frequent of 4096 groups of like colours, as `#rrggbb` in sRGB; null when nothing is opaque.',
    type: 'string',
    nullable: true,
    pattern: '^#[0-9a-f]{6}$',
    example: '#2f5d8a',
  })
  dominant_color!: string | null;

  @ApiProperty({
    description:
      'Difference hash (dHash, 9 × 8, row by row) of the upright picture, 64 bits in hexadecimal. Compare two by the number of bits that differ: up to about 10 they show the same.',
    pattern: '^[0-9a-f]{16}$',
    example: '3a6c9c8d0f1e3c78',
  })
  perceptual_hash!: string;

  /** Set by whoever runs the processor, since only the caller sees the whole run. */
  @ApiProperty({
    description: 'Seconds that the processing took.',
    type: 'number',
    minimum: 0,
    example: 0.142,
  })
  processing_time!: number;
}
