/** White space as Python's `str.split()` takes it; neither U+200B nor U+FEFF is. */
export function isSpace(codePoint: number): boolean {
  if (codePoint <= 0x20) return codePoint >= 0x1c || (codePoint >= 0x09 && codePoint <= 0x0d);
  if (codePoint > 0x3000) return false;
  if (codePoint < 0x1680) return codePoint === 0x85 || codePoint === 0xa0;
  if (codePoint < 0x2000 || codePoint > 0x205f) return codePoint === 0x1680 || codePoint === 0x3000;
  return codePoint <= 0x200a || (codePoint | 1) === 0x2029 || codePoint === 0x202f || codePoint === 0x205f;
}
