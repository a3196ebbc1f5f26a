import { applyDecorators } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { DigestMismatch, MalformedDigest } from './digest.errors';

/** Documents the digests that a route with a body verifies. */
export function ApiContentDigest(): MethodDecorator {
  return applyDecorators(
    ApiHeader({
      name: 'Content-Digest',
      required: false,
      description:
        'SHA-256 of the body, or of its only file: `sha-256=:<base64>:` (RFC 9530). Parts may state theirs as well',
    }),
    ApiHeader({
      name: 'Repr-Digest',
      required: false,
      description: 'The same, as it comes back with the download',
    }),
  );
}

/** To be listed among the problems of such a route. */
export const DIGEST_PROBLEMS = [MalformedDigest, DigestMismatch] as const;
