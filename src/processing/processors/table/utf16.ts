export interface Transcoded {
  /** Bytes of whole characters, up to the ill-formed one if there is one. */
  readonly taken: number;
  /** Where the UTF-8 ends. */
  readonly end: number;
  readonly isIllFormed: boolean;
}

/**
 * Writes UTF-16 as UTF-8 at `start` of `target`, which must have room for 1.5 times the bytes. A character
 * that the end cuts is left.
 */
export function transcodeUtf16(
  source: Uint8Array,
  isLittleEndian: boolean,
  target: Uint8Array,
  start: number,
): Transcoded {
  const low = isLittleEndian ? 0 : 1;
  const high = 1 - low;
  let end = start;
  let i = 0;
  for (; i + 1 < source.length; i += 2) {
    const unit = source[i + low] | (source[i + high] << 8);
    if (unit < 0x80) {
      target[end++] = unit;
    } else if (unit < 0x800) {
      target[end++] = 0xc0 | (unit >> 6);
      target[end++] = 0x80 | (unit & 0x3f);
    } else if ((unit & 0xf800) !== 0xd800) {
      target[end++] = 0xe0 | (unit >> 12);
      target[end++] = 0x80 | ((unit >> 6) & 0x3f);
      target[end++] = 0x80 | (unit & 0x3f);
    } else {
      const isHigh = unit < 0xdc00;
      if (isHigh && i + 3 >= source.length) break;
      const second = isHigh ? source[i + 2 + low] | (source[i + 2 + high] << 8) : 0;
      if ((second & 0xfc00) !== 0xdc00) return { taken: i, end, isIllFormed: true };
      const codePoint = 0x10000 + ((unit & 0x3ff) << 10) + (second & 0x3ff);
      target[end++] = 0xf0 | (codePoint >> 18);
      target[end++] = 0x80 | ((codePoint >> 12) & 0x3f);
      target[end++] = 0x80 | ((codePoint >> 6) & 0x3f);
      target[end++] = 0x80 | (codePoint & 0x3f);
      i += 2;
    }
  }
  return { taken: i, end, isIllFormed: false };
}
