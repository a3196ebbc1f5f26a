import type { Request, Response } from 'express';

/** Nobody is made to wait longer than this, in seconds. */
export const LONGEST_WAIT_SECONDS = 60;

const PREFERENCE = /^\s*([\w!#$%&'*+.^`|~-]+)\s*(?:=\s*(?:"([^"]*)"|([^\s";]*))\s*)?(?:;|$)/;

/**
 * How long the caller prefers to wait for the end of what it asks for (RFC 7240, section 4.3), in
 * milliseconds: 0 unless `Prefer: wait=N` says otherwise, never more than {@link LONGEST_WAIT_SECONDS}.
 * Says in `Preference-Applied` what is done about it.
 */
export function preferredWait(request: Request, response: Response): number {
  const preferences = parsePreferences(request.get('prefer') ?? '');
  const wait = preferences.get('wait') ?? '';
  if (/^\d+$/.test(wait)) {
    const seconds = Math.min(Number(wait), LONGEST_WAIT_SECONDS);
    response.setHeader('Preference-Applied', `wait=${seconds}`);
    return seconds * 1000;
  }
  if (preferences.has('respond-async')) response.setHeader('Preference-Applied', 'respond-async');
  return 0;
}

/**
 * The preferences of one header, or of several joined by commas: values by lower-case name, the first of
 * each (RFC 7240, section 2). Parameters are left out, and so is what is not well formed.
 */
export function parsePreferences(header: string): ReadonlyMap<string, string> {
  const preferences = new Map<string, string>();
  for (const element of splitAtCommas(header)) {
    const [, name, quoted, plain] = PREFERENCE.exec(element) ?? [];
    const key = name?.toLowerCase();
    if (key !== undefined && !preferences.has(key)) preferences.set(key, quoted ?? plain ?? '');
  }
  return preferences;
}

/** Not at those in quotes, where a backslash escapes the next character. */
function splitAtCommas(header: string): string[] {
  const elements: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let i = 0; i < header.length; i++) {
    if (isQuoted && header[i] === '\\') i++;
    else if (header[i] === '"') isQuoted = !isQuoted;
    else if (header[i] === ',' && !isQuoted) {
      elements.push(header.slice(start, i));
      start = i + 1;
    }
  }
  return [...elements, header.slice(start)];
}
