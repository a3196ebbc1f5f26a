import { serializeList } from 'structured-headers';

/** One limit as a caller meets it. */
export interface AppliedLimit {
  readonly name: string;
  readonly limit: number;
  readonly windowSeconds: number;
  readonly used: number;
  readonly resetSeconds: number;
}

/** Limits that do not count requests, and what they count: `qu` of the draft. */
const UNITS: Readonly<Record<string, string>> = { bytes: 'content-bytes' };

/**
 * The fields of draft-ietf-httpapi-ratelimit-headers-10: what the limits are, and what is left of them.
 * Both are lists of structured fields (RFC 9651).
 */
export function rateLimitHeaders(limits: readonly AppliedLimit[]): Record<string, string> {
  return {
    'RateLimit-Policy': serializeList(limits.map((limit) => [limit.name, policyOf(limit)])),
    RateLimit: serializeList(limits.map((limit) => [limit.name, leftOf(limit)])),
  };
}

function policyOf({ name, limit, windowSeconds }: AppliedLimit): Map<string, number | string> {
  const policy = new Map<string, number | string>([
    ['q', limit],
    ['w', windowSeconds],
  ]);
  if (name in UNITS) policy.set('qu', UNITS[name]);
  return policy;
}

function leftOf({ limit, used, resetSeconds }: AppliedLimit): Map<string, number> {
  return new Map([
    ['r', Math.max(0, limit - used)],
    ['t', resetSeconds],
  ]);
}
