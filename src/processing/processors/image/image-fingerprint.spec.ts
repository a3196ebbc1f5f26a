import { join } from 'node:path';
import sharp from 'sharp';

import type { Pixels } from './image-decoder';
import { dominantColor, perceptualHash } from './image-fingerprint';

const photo = join(__dirname, 'fixtures', 'photo.jpg');

async function pixelsOf(image: sharp.Sharp): Promise<Pixels> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels === 4 ? 4 : 3 };
}

function distance(a: string, b: string): number {
  return (BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2).replaceAll('0', '').length;
}

function picture(channels: 3 | 4, ...pixels: number[][]): Pixels {
  return { data: Buffer.from(pixels.flat()), width: pixels.length, height: 1, channels };
}

describe('dominant colour', () => {
  it('is the mean of the fullest bin, not of the picture', () => {
    const pixels = picture(3, [0x30, 0x60, 0x90], [0x32, 0x62, 0x94], [255, 0, 0], [0, 255, 0]);
    expect(dominantColor(pixels)).toBe('#316192');
  });

  it('does not count what is transparent', () => {
    const pixels = picture(4, [0, 0, 0, 0], [0, 0, 0, 127], [1, 2, 3, 255]);
    expect(dominantColor(pixels)).toBe('#010203');
    expect(dominantColor(picture(4, [9, 9, 9, 0]))).toBeNull();
  });
});

describe('perceptual hash', () => {
  it('has a bit for each neighbour to the right that is brighter, from the top left', async () => {
    const row = (values: number[]): number[] => values.flatMap((value) => [value, value, value]);
    const rising = row([0, 20, 40, 60, 80, 100, 120, 140, 160]);
    const zigzag = row([0, 90, 0, 90, 0, 90, 0, 90, 0]);
    const flat = row([50, 50, 50, 50, 50, 50, 50, 50, 50]);
    const data = Buffer.from([rising, zigzag, flat, flat, flat, flat, flat, zigzag].flat());
    expect(await perceptualHash({ data, width: 9, height: 8, channels: 3 })).toBe('ffaa0000000000aa');
  });

  it('stays near when the picture is scaled, recompressed or brightened', async () => {
    const original = await perceptualHash(await pixelsOf(sharp(photo)));
    const altered = [
      sharp(photo).resize(80, 50),
      sharp(await sharp(photo).jpeg({ quality: 30 }).toBuffer()),
      sharp(photo).linear(1.1, 5),
    ];
    for (const image of altered) {
      expect(distance(await perceptualHash(await pixelsOf(image)), original)).toBeLessThanOrEqual(6);
    }
  });

  it('is far from that of another picture', async () => {
    const original = await perceptualHash(await pixelsOf(sharp(photo)));
    const mirrored = await perceptualHash(await pixelsOf(sharp(photo).flop()));
    expect(distance(original, mirrored)).toBeGreaterThan(16);
  });

  it('takes what is transparent as white', async () => {
    const clear = picture(4, ...Array.from({ length: 18 }, (_, i) => [0, 0, 0, i < 9 ? 255 : 0]));
    expect(await perceptualHash(clear)).not.toBe('0'.repeat(16));
  });
});
