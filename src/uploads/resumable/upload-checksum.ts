import { createHash } from 'node:crypto';
import { ChecksumMismatch, InvalidTusHeader } from './resumable-uploads.errors';

/** In the order of preference; the protocol asks for sha1. */
export const CHECKSUM_ALGORITHMS = ['sha256', 'sha1', 'md5'] as const;

/** The checksum that the body of one request must have. */
export interface UploadChecksum {
  readonly algorithm: (typeof CHECKSUM_ALGORITHMS)[number];
  readonly digest: Buffer;
}

const SYNTAX = /^([a-z0-9]+) ([A-Za-z0-9+/]+={0,2})$/;

/** Reads `Upload-Checksum` (tus 1.0, extension checksum). @throws InvalidTusHeader */
export function parseChecksum(header: string): UploadChecksum {
  const [, name, text] = SYNTAX.exec(header) ?? [];
  const algorithm = CHECKSUM_ALGORITHMS.find((known) => known === name);
  if (!algorithm || text === undefined) {
    const known = CHECKSUM_ALGORITHMS.join(', ');
    throw new InvalidTusHeader(
      `Upload-Checksum is an algorithm (${known}), a space, and a digest in Base64.`,
    );
  }
  return { algorithm, digest: Buffer.from(text, 'base64') };
}

/** Passes bytes on; fails in place of the end when they do not have the checksum. @throws ChecksumMismatch */
export async function* verified(
  source: AsyncIterable<Buffer>,
  { algorithm, digest }: UploadChecksum,
): AsyncGenerator<Buffer, void> {
  const hash = createHash(algorithm);
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
  if (!hash.digest().equals(digest)) throw new ChecksumMismatch(algorithm);
}
