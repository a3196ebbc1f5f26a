import type { Request } from 'express';
import { types } from 'node:util';
import { parseDictionary } from 'structured-headers';
import { DigestMismatch, MalformedDigest } from './digest.errors';

const SHA256_BYTES = 32;

/**
 * The SHA-256 that `Content-Digest` and `Repr-Digest` state (RFC 9530, sections 2 and 3), lower-case hex; none
 * when there are none of that algorithm: others may be ignored.
 *
 * @param header - gives a header by its name in lower case
 * @throws MalformedDigest
 */
export function statedDigests(header: (name: string) => string | undefined): string[] {
  return ['content-digest', 'repr-digest'].flatMap((name) => digestIn(name, header(name)));
}

function digestIn(name: string, header: string | undefined): string[] {
  if (header === undefined) return [];
  const value = dictionaryOf(name, header).get('sha-256')?.[0];
  if (value === undefined) return [];
  if (!types.isArrayBuffer(value) || value.byteLength !== SHA256_BYTES) throw malformed(name);
  return [Buffer.from(value).toString('hex')];
}

function dictionaryOf(name: string, header: string) {
  try {
    return parseDictionary(header);
  } catch {
    throw malformed(name);
  }
}

function malformed(name: string): MalformedDigest {
  return new MalformedDigest(`'${name}' must be like sha-256=:<base64 of 32 bytes>: (RFC 9530).`);
}

/** @throws DigestMismatch unless every stated digest is one of those found */
export function verifyDigests(stated: readonly string[], found: readonly string[]): void {
  if (!stated.every((digest) => found.includes(digest))) throw new DigestMismatch(found);
}

/**
 * Whether `Repr-Digest` with a SHA-256, the one there is, may be sent: always, unless `Want-Repr-Digest` gives it
 * the preference 0 (RFC 9530, section 4). What cannot be read asks for nothing.
 */
export function isDigestWanted(request: Request): boolean {
  try {
    return parseDictionary(request.get('want-repr-digest') ?? '').get('sha-256')?.[0] !== 0;
  } catch {
    return true;
  }
}
