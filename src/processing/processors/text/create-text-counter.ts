import type { TextEncoding } from '../../../plugin-api/text-encoding';
import { ScalarUtf8Kernel } from './scalar.utf8-kernel';
import { SimdUtf8Kernel } from './simd.utf8-kernel';
import type { TextCounter } from './text-counter';
import { Utf16Counter } from './utf16-counter';
import { Utf8Counter } from './utf8-counter';

/** @param offset - Where in the file the text starts (after the byte-order mark): what errors count from. */
export function createTextCounter(encoding: TextEncoding, offset = 0): TextCounter {
  if (encoding !== 'utf-8') return new Utf16Counter(encoding, offset);
  const kernel = SimdUtf8Kernel.isSupported ? new SimdUtf8Kernel() : new ScalarUtf8Kernel();
  return new Utf8Counter(kernel, offset);
}
