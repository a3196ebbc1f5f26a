import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits in base64url, 43 characters: as good as it gets, so that a fast hash of it is enough. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is kept of a {@link newSecret}: SHA-256, lower-case hex. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** In a time that does not tell where they differ. */
export function sameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
