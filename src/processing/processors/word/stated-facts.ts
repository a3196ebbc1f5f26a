/** What a document says of itself; null for what it does not say, or says in a way that makes no sense. */
export interface StatedFacts {
  readonly title: string | null;
  readonly author: string | null;
  /** RFC 3339, UTC. */
  readonly createdAt: string | null;
  readonly modifiedAt: string | null;
  readonly pageCount: number | null;
}

/** In code points: what is longer is cut. */
const MAX_CHARS = 1024;

export function statedText(text = ''): string | null {
  const clean = text.replaceAll('\0', '').trim().toWellFormed();
  return clean === ''
    ? null
    : Array.from(clean.slice(0, 2 * MAX_CHARS))
        .slice(0, MAX_CHARS)
        .join('');
}

/** @param value - Of W3C-DTF, or milliseconds since 1970; a year beyond four digits is no date. */
export function timestamp(value: string | number = ''): string | null {
  const date = new Date(value);
  const year = date.getUTCFullYear();
  return year > 0 && year < 10_000 ? date.toISOString() : null;
}

/** A count of 0 is what programs write that did not count. */
export function pageCount(value: number): number | null {
  return Number.isSafeInteger(value) && value > 0 ? value : null;
}
