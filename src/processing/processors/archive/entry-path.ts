/** Characters of a path that are shown. */
const SHOWN = 255;

/** What would move the cursor, hide, or turn the text around: controls, formats, halves of pairs. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** The path for people. */
export function displayPath(path: string): string {
  const shown = path
    .slice(0, SHOWN * 2)
    .toWellFormed()
    .replaceAll(INVISIBLE, '\ufffd');
  return [...shown].slice(0, SHOWN).join('');
}

/** The same for every way to write a path; Windows takes `\` for a separator, so do we. */
export function normalPath(path: string): string {
  return segments(path).join('/');
}

/** Whether a program that trusts the path may write outside of its folder, on any system. */
export function isUnsafePath(path: string): boolean {
  return isAbsolute(path) || path.includes('\0') || segments(path).includes('..');
}

/**
 * Whether a link leads out of the archive.
 *
 * @param from - Path of the link, for a target that is relative to it; empty for one that is relative to the
 *   root of the archive
 */
export function leadsOut(target: string, from: string): boolean {
  if (isAbsolute(target) || target.includes('\0')) return true;
  let depth = segments(from).slice(0, -1).length;
  for (const segment of segments(target)) {
    depth += segment === '..' ? -1 : 1;
    if (depth < 0) return true;
  }
  return false;
}

function isAbsolute(path: string): boolean {
  return /^(?:[/\\]|[a-z]:)/i.test(path);
}

function segments(path: string): string[] {
  return path.split(/[/\\]+/).filter((segment) => segment !== '' && segment !== '.');
}
