import { isUtf8 } from 'node:buffer';

/** Bytes of the sequence that a byte starts; 1 for a byte that starts none. */
export function lengthByLead(lead: number): number {
  if (lead < 0xc2 || lead > 0xf4) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}

/** How many bytes at the end of the chunk start a character that later bytes may still complete. */
export function unfinishedLength(chunk: Uint8Array, start: number): number {
  const earliest = Math.max(start, chunk.length - 3);
  for (let i = chunk.length - 1; i >= earliest; i--) {
    const isContinuation = (chunk[i] & 0xc0) === 0x80;
    if (!isContinuation) return lengthByLead(chunk[i]) > chunk.length - i ? chunk.length - i : 0;
  }
  return 0;
}

/** Index of the first byte of the first ill-formed sequence; the length when there is none. */
export function firstIllFormed(text: Uint8Array): number {
  let i = 0;
  for (let length = 1; length > 0 && i < text.length; i += length) length = sequenceLength(text, i);
  return i;
}

/** Length without a character that the end cuts; undefined when the bytes are no UTF-8. */
export function wellFormedLength(bytes: Uint8Array): number | undefined {
  const length = bytes.length - unfinishedLength(bytes, 0);
  return isUtf8(bytes.subarray(0, length)) ? length : undefined;
}

/** Length of the sequence at `i`, 0 when it is ill-formed: table 3-7 of the Unicode Standard. */
function sequenceLength(text: Uint8Array, i: number): number {
  const lead = text[i];
  if (lead < 0x80) return 1;
  const length = lengthByLead(lead);
  if (length === 1 || i + length > text.length) return 0;
  let lowest = 0x80;
  let highest = 0xbf;
  if (lead === 0xe0) lowest = 0xa0;
  if (lead === 0xed) highest = 0x9f;
  if (lead === 0xf0) lowest = 0x90;
  if (lead === 0xf4) highest = 0x8f;
  if (text[i + 1] < lowest || text[i + 1] > highest) return 0;
  for (let k = i + 2; k < i + length; k++) {
    if ((text[k] & 0xc0) !== 0x80) return 0;
  }
  return length;
}
