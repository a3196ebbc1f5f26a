/**
 * Where the service is, as seen from the page: the page is at its root, or at `background` beside it, whatever
 * comes before that. Without a slash at the end.
 */
export function baseUrlOf(pageUrl: string): string {
  return new URL('.', pageUrl).href.replace(/\/$/, '');
}

/** Empty outside of browsers, where nobody asks it. */
export const BASE_URL = typeof window === 'undefined' ? '' : baseUrlOf(window.location.href);
