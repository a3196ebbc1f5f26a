import { fromPixels, type Pixels } from './image-decoder';

/**
 * The mean of the most frequent colours: pixels are sorted into 4096 bins, by the upper four bits of red,
 * green and blue, and the fullest bin gives its mean. Transparent pixels do not count.
 *
 * @returns `#rrggbb`, or null when every pixel is transparent
 */
export function dominantColor({ data, channels }: Pixels): string | null {
  const counts = new Uint32Array(4096);
  const sums = new Float64Array(4096 * 3);
  for (let i = 0; i < data.length; i += channels) {
    if (channels === 4 && data[i + 3] < 128) continue;
    const bin = ((data[i] >> 4) << 8) | ((data[i + 1] >> 4) << 4) | (data[i + 2] >> 4);
    counts[bin]++;
    for (let c = 0; c < 3; c++) sums[bin * 3 + c] += data[i + c];
  }
  const fullest = counts.reduce((best, count, bin) => (count > counts[best] ? bin : best), 0);
  const count = counts[fullest];
  if (count === 0) return null;
  const mean = [0, 1, 2].map((c) => Math.round(sums[fullest * 3 + c] / count));
  return `#${mean.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/**
 * The 64-bit difference hash: the picture on white, in grey, shrunk to 9 × 8; a bit for each two
 * neighbours in a row, from the top left, set when the right one is brighter. Pictures that look alike
 * differ in few bits (Hamming distance), whatever their format and size.
 *
 * @returns 16 hexadecimal digits
 */
export async function perceptualHash(pixels: Pixels): Promise<string> {
  const grey = await fromPixels(pixels)
    .flatten({ background: '#fff' })
    .greyscale()
    .resize(9, 8, { fit: 'fill' })
    .raw()
    .toBuffer();
  let hash = 0n;
  for (let row = 0; row < 8; row++) {
    for (let i = row * 9; i < row * 9 + 8; i++) hash = (hash << 1n) | (grey[i + 1] > grey[i] ? 1n : 0n);
  }
  return hash.toString(16).padStart(16, '0');
}
