import { DomainError, Problem } from '../errors/domain-error';

const REALM = 'Bearer realm="filemill"';

/** Somebody may not do this; `WWW-Authenticate` says what would help (RFC 9110, section 11.6.1; RFC 6750). */
export abstract class AccessRefused extends DomainError {
  readonly challenge: string = REALM;
}

@Problem({
  code: 'not_authenticated',
  status: 401,
  title: 'Credentials are needed',
  meaning:
    'This installation serves only callers it knows. Send an access token (`Authorization: Bearer`) or an API key (`X-API-Key`).',
})
export class NotAuthenticated extends AccessRefused {
  constructor(detail = 'Send an access token or an API key.') {
    super(detail);
  }
}

@Problem({
  code: 'invalid_token',
  status: 401,
  title: 'The credentials are not valid',
  meaning:
    'The access token or API key that was sent is malformed, expired or revoked. Log in again, refresh the token, or leave the credentials out where callers may be anonymous.',
})
export class InvalidToken extends AccessRefused {
  override readonly challenge = `${REALM}, error="invalid_token"`;

  constructor(detail = 'The credentials are malformed, expired or revoked.', options?: ErrorOptions) {
    super(detail, options);
  }
}

@Problem({
  code: 'wrong_credentials',
  status: 401,
  title: 'Name or password is wrong',
  meaning: 'No account has this name with this password. Which of the two is wrong is not told.',
})
export class WrongCredentials extends AccessRefused {
  constructor(detail = 'Name or password is wrong.') {
    super(detail);
  }
}

@Problem({
  code: 'forbidden',
  status: 403,
  title: 'The caller may not do this',
  meaning:
    'The credentials are valid, but not for this: the API key lacks the scope, or the route is for administrators, or for users who logged in.',
})
export class Forbidden extends AccessRefused {
  override readonly challenge = `${REALM}, error="insufficient_scope"`;
}

@Problem({
  code: 'issuer_unavailable',
  status: 503,
  title: 'The issuer does not answer',
  meaning:
    'The keys of the OpenID Connect issuer cannot be had at the moment, so its tokens cannot be checked.',
})
export class IssuerUnavailable extends DomainError {
  constructor(cause: unknown) {
    super('The issuer of the token does not answer.', { cause, retryAfter: 5 });
  }
}
