import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';

import { runOnFile } from '../../../plugin-api/processor.harness';
import { run } from './image.worker';

const directory = mkdtempSync(join(tmpdir(), 'image-worker-'));
const path = join(directory, 'file');

afterAll(() => rmSync(directory, { recursive: true }));

const fixture = (name: string): string => join(__dirname, 'fixtures', name);

function process(content: Uint8Array) {
  writeFileSync(path, content);
  return runOnFile(run, path);
}

interface Rgb {
  readonly r: number;
  readonly g: number;
  readonly b: number;
}

function solid(width: number, height: number, background: Rgb): sharp.Sharp {
  return sharp({ create: { width, height, channels: 3, background } });
}

/** The sample of a decoded picture at a fraction of its width and height. */
async function colorAt(image: Uint8Array | undefined, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(image).raw().toBuffer({ resolveWithObject: true });
  const at = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels;
  return [...data.subarray(at, at + 3)];
}

/**
 * What ImageMagick 6.9.11 `identify` says of the files (`%m %w %h %z %[colorspace] %n`, width and height
 * swapped where the orientation turns the picture), and the hash that comes of
 * `convert -auto-orient -background white -flatten -colorspace Gray -filter Lanczos -resize 9x8!`.
 */
const REFERENCE = [
  ['photo.jpg', 'JPEG', 100, 160, 8, 'sRGB', 1, 'b09cc66c787cbcb8'],
  ['palette.png', 'PNG', 160, 100, 8, 'sRGB', 1, '7fbcbc3c39608000'],
  ['grey16.png', 'PNG', 160, 100, 16, 'Gray', 1, 'ffbcb43c3a608000'],
  ['cmyk.jpg', 'JPEG', 160, 100, 8, 'CMYK', 1, 'fbb4b43d3e602000'],
  ['alpha.webp', 'WEBP', 64, 48, 8, 'sRGB', 1, '4686162626168646'],
  ['animated.gif', 'GIF', 160, 100, 8, 'sRGB', 4, 'ffbcb43c3a600000'],
  ['animated.webp', 'WEBP', 160, 100, 8, 'sRGB', 4, 'ffbcb43c3b600000'],
  ['pages.tiff', 'TIFF', 160, 100, 8, 'sRGB', 3, 'ffbcb43c3a600000'],
  ['still.avif', 'HEIC', 160, 100, 8, 'YCbCr', 1, 'ffbcb43c3a600000'],
] as const;

/** Our words for ImageMagick's. */
const FORMAT: Record<string, string> = { HEIC: 'avif' };
const SPACE: Record<string, string> = { Gray: 'grey16', CMYK: 'cmyk', sRGB: 'srgb', YCbCr: 'srgb' };
/** `identify` gives a palette's colours 8 bits, the PNG header its indices 4. */
const DEPTH: Record<string, number> = { 'palette.png': 4 };

/** As `%[channels]` has it for any of the frames. */
const WITH_ALPHA = new Set<string>(['alpha.webp', 'animated.gif', 'animated.webp']);

describe.each(REFERENCE)('%s', (name, format, width, height, depth, space, pages, hash) => {
  it('has what identify finds', async () => {
    const { result } = await runOnFile(run, fixture(name));
    expect(result).toMatchObject({
      processor: 'image',
      format: FORMAT[format] ?? format.toLowerCase(),
      width,
      height,
      bit_depth: DEPTH[name] ?? depth,
      color_space: SPACE[space],
      pages,
      is_animated: name.startsWith('animated'),
      has_alpha: WITH_ALPHA.has(name),
    });
  });

  it('has a hash near that of ImageMagick', async () => {
    const { result } = await runOnFile(run, fixture(name));
    const different = BigInt(`0x${result.perceptual_hash}`) ^ BigInt(`0x${hash}`);
    expect(different.toString(2).replaceAll('0', '').length).toBeLessThanOrEqual(6);
  });

  it('has two artifacts of the first page, upright, which carry nothing along', async () => {
    const { artifacts } = await runOnFile(run, fixture(name));
    expect([...artifacts.keys()]).toEqual(['web.webp', 'thumbnail.webp']);
    for (const { bytes, contentType } of artifacts.values()) {
      const found = await sharp(bytes).metadata();
      expect(contentType).toBe('image/webp');
      expect(found).toMatchObject({ format: 'webp', width, height, space: 'srgb' });
      expect([found.pages, found.exif, found.icc, found.iptc, found.xmp]).toEqual(Array(5).fill(undefined));
      expect(bytes.toString('latin1')).not.toMatch(/EXIF|XMP |ICCP|FUJIFILM|Canon|Ada|Berlin/);
    }
  });
});

it('reads what exiftool 12.57 reads: camera and exposure', async () => {
  const { result } = await runOnFile(run, fixture('photo.jpg'));
  expect(result).toMatchObject({
    orientation: 6,
    exif: {
      camera_make: 'FUJIFILM',
      camera_model: 'X-T5',
      lens_model: 'XF23mmF2 R WR',
      taken_at: '2024-05-01T12:30:00+02:00',
      exposure_seconds: 0.004,
      f_number: 5.6,
      iso: 400,
      focal_length_mm: 23,
    },
  });
  const webp = await runOnFile(run, fixture('animated.webp'));
  expect(webp.result.exif).toMatchObject({ camera_model: 'EOS R5', taken_at: '2023-12-24T18:00:00' });
});

it('says where a picture was taken only when it is asked to', async () => {
  const raw = readFileSync(fixture('photo.jpg'));
  const { exif } = await sharp(raw).metadata();
  expect(exif?.includes(Buffer.of(0x88, 0x25, 0x00, 0x04))).toBe(true); // the file has a GPS directory
  const { result } = await runOnFile(run, fixture('photo.jpg'));
  expect(result.exif).toMatchObject({ camera_model: expect.any(String), gps: null });
  expect(JSON.stringify(result)).not.toMatch(/latitude|longitude|52\.5|13\.4/i);
  const asked = await runOnFile(run, fixture('photo.jpg'), { options: { gps: true } });
  expect(asked.result.exif).toEqual({
    ...result.exif,
    gps: { latitude: 52.5, longitude: 13.4, altitude_m: null },
  });
});

/**
 * Exif 2.32, tag 0x0112: which side of the picture the first row and the first column of the file are.
 */
const ORIENTATIONS = [
  [1, 'top', 'left'],
  [2, 'top', 'right'],
  [3, 'bottom', 'right'],
  [4, 'bottom', 'left'],
  [5, 'left', 'top'],
  [6, 'right', 'top'],
  [7, 'right', 'bottom'],
  [8, 'left', 'bottom'],
] as const;

it.each(ORIENTATIONS)(
  'turns orientation %i upright: first row %s, first column %s',
  async (orientation, row, column) => {
    const turned = orientation > 4;
    const [rows, columns] = turned ? [60, 40] : [40, 60];
    const pixels = Buffer.alloc(rows * columns * 3);
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const [y, x] = turned ? [c, r] : [r, c];
        const [top, left] = turned ? [column, row] : [row, column];
        const isUpper = (top === 'top' ? y : 39 - y) < 20;
        const isLeft = (left === 'left' ? x : 59 - x) < 30;
        pixels.set([isUpper ? 240 : 10, isLeft ? 240 : 10, 10], (r * columns + c) * 3);
      }
    }
    const file = sharp(pixels, { raw: { width: columns, height: rows, channels: 3 } });
    const { result, artifacts } = await process(
      await file.withMetadata({ orientation }).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer(),
    );
    expect(result).toMatchObject({ orientation, width: 60, height: 40 });
    for (const { bytes } of artifacts.values()) {
      const near = (wanted: number[]) => wanted.map((value) => expect.closeTo(value, -1.5));
      expect(await colorAt(bytes, 0.25, 0.25)).toEqual(near([240, 240, 10]));
      expect(await colorAt(bytes, 0.75, 0.25)).toEqual(near([240, 10, 10]));
      expect(await colorAt(bytes, 0.25, 0.75)).toEqual(near([10, 240, 10]));
      expect(await colorAt(bytes, 0.75, 0.75)).toEqual(near([10, 10, 10]));
    }
  },
);

describe('artifacts', () => {
  it('fit 2048 and 256 pixels', async () => {
    const { result, artifacts } = await process(
      await solid(3000, 1500, { r: 0x33, g: 0x66, b: 0x99 }).png().toBuffer(),
    );
    expect(result).toMatchObject({ width: 3000, height: 1500, dominant_color: '#336699' });
    expect(await sharp(artifacts.get('web.webp')?.bytes).metadata()).toMatchObject({
      width: 2048,
      height: 1024,
    });
    expect(await sharp(artifacts.get('thumbnail.webp')?.bytes).metadata()).toMatchObject({
      width: 256,
      height: 128,
    });
  });

  it('are not enlarged', async () => {
    const { artifacts } = await process(await solid(1, 1, { r: 1, g: 2, b: 3 }).png().toBuffer());
    for (const { bytes } of artifacts.values()) {
      expect(await sharp(bytes).metadata()).toMatchObject({ width: 1, height: 1 });
    }
  });

  it('are in sRGB, whatever the profile', async () => {
    const srgb = solid(32, 32, { r: 200, g: 40, b: 40 });
    const displayP3 = await srgb.withIccProfile('p3').png().toBuffer();
    const stored = await sharp(displayP3, { ignoreIcc: true }).raw().toBuffer();
    expect(Math.abs(stored[0] - 200)).toBeGreaterThan(8);
    const { artifacts } = await process(displayP3);
    const [r, g, b] = await colorAt(artifacts.get('web.webp')?.bytes, 0.5, 0.5);
    expect([r, g, b].map((value, i) => Math.abs(value - [200, 40, 40][i]) <= 4)).toEqual([true, true, true]);
  });

  it('stay transparent', async () => {
    const { result, artifacts } = await runOnFile(run, fixture('alpha.webp'));
    expect(result).toMatchObject({ has_alpha: true, channels: 4 });
    expect(await sharp(artifacts.get('web.webp')?.bytes).metadata()).toMatchObject({ hasAlpha: true });
  });
});

it('reports progress that grows up to 1', async () => {
  const { progress } = await runOnFile(run, fixture('photo.jpg'));
  expect(progress.length).toBeGreaterThan(3);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  expect(progress.at(-1)).toBe(1);
});

it('loads without the framework', () => {
  jest.isolateModules(() => {
    const forbidden = (): never => {
      throw new Error('loaded at run time');
    };
    jest.doMock('@nestjs/swagger', forbidden);
    jest.doMock('@nestjs/common', forbidden);
    expect(() => jest.requireActual('./image.worker')).not.toThrow();
    expect(() => jest.requireActual('./image.result')).toThrow('loaded at run time');
  });
});
