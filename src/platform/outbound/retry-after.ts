const LONGEST_SECONDS = 24 * 60 * 60;

/**
 * The value of a `Retry-After` header (RFC 9110, section 10.2.3) in seconds from `now`; at most a day, since
 * nobody should be able to park work for ever. Undefined when it says nothing that can be understood.
 */
export function retryAfterSeconds(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? '';
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - now) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(seconds, 0), LONGEST_SECONDS);
}
