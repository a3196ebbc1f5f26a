import { DomainError, Problem } from '../errors/domain-error';

@Problem({
  code: 'malformed_digest',
  status: 400,
  title: 'Malformed digest',
  meaning:
    '`Content-Digest` or `Repr-Digest` is not written as RFC 9530 says: `sha-256=:<base64 of the 32 bytes>:`.',
})
export class MalformedDigest extends DomainError {}

@Problem({
  code: 'digest_mismatch',
  status: 400,
  title: 'The content is not what its digest says',
  meaning:
    'What arrived has another SHA-256 than `Content-Digest` or `Repr-Digest` states: it was changed on the way. Nothing was stored; send it again.',
})
export class DigestMismatch extends DomainError {
  constructor(found: readonly string[]) {
    super('The content was changed on the way: its SHA-256 is not the stated one.', {
      extensions: { found_sha256: found },
    });
  }
}
