import { randomBytes } from 'node:crypto';
import type { CallerScope } from '../../platform/http/caller.decorator';
import { newSecret } from '../secrets';

/** A key for a machine. What it looks like is only known to whoever made it. */
export interface ApiKey {
  readonly keyId: string;
  readonly userId: string;
  readonly name: string;
  /** What people recognise it by; in the key itself too, so that it is found by an index. */
  readonly prefix: string;
  /** SHA-256 of the key, lower-case hex. */
  readonly hash: string;
  readonly scopes: readonly CallerScope[];
  /** Milliseconds since the Unix epoch, as are the others; null for never. */
  readonly createdAt: number;
  readonly expiresAt: number | null;
  /** To the minute. */
  readonly lastUsedAt: number | null;
}

/** How keys begin: what tells them from access tokens, and what scanners for leaked secrets look for. */
export const KEY_MARK = 'fm_';

const KEY = /^(fm_[0-9a-f]{12})_[\w-]{43}$/;

/** A new key and its prefix: `fm_<12 hex digits>_<secret>`. */
export function makeKey(): { readonly key: string; readonly prefix: string } {
  const prefix = KEY_MARK + randomBytes(6).toString('hex');
  return { key: `${prefix}_${newSecret()}`, prefix };
}

/** The prefix of what may be a key; undefined when it cannot be one. */
export function prefixOf(key: string): string | undefined {
  return KEY.exec(key)?.[1];
}
