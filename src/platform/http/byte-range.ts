import { RangeNotSatisfiable } from './http.errors';

/** Bytes from `start` to `end`, both included. */
export interface RequestedRange {
  readonly start: number;
  readonly end: number;
}

const SINGLE_RANGE = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i;

/**
 * The one range that a `Range` header asks for (RFC 9110, section 14.1.2), cut to the `sizeBytes` there
 * are. Undefined when everything is to be sent: several ranges, other units and malformed headers may be
 * ignored (section 14.2).
 *
 * @throws RangeNotSatisfiable when the range is well formed and has none of the bytes
 */
export function parseRange(header: string, sizeBytes: number): RequestedRange | undefined {
  const [, first, last] = SINGLE_RANGE.exec(header) ?? ['', '', ''];
  if (first === '' && last === '') return undefined;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  if (start >= sizeBytes) throw new RangeNotSatisfiable(sizeBytes);
  const end = first === '' || last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  return { start, end };
}
