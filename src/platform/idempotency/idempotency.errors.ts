import { DomainError, Problem } from '../errors/domain-error';

@Problem({
  code: 'malformed_idempotency_key',
  status: 400,
  title: 'Malformed Idempotency-Key',
  meaning: 'An `Idempotency-Key` is 1 to 255 visible ASCII characters, in quotes or without; a UUID is best.',
})
export class MalformedIdempotencyKey extends DomainError {
  constructor() {
    super('An Idempotency-Key is 1 to 255 visible ASCII characters.');
  }
}

@Problem({
  code: 'idempotency_key_in_use',
  status: 409,
  title: 'The same request is still under way',
  meaning:
    'Another request with this `Idempotency-Key` has not been answered yet. Try again after `Retry-After`, and get its reply.',
})
export class IdempotencyKeyInUse extends DomainError {
  constructor() {
    super('A request with this Idempotency-Key is still under way.', { retryAfter: 1 });
  }
}

@Problem({
  code: 'idempotency_key_reused',
  status: 422,
  title: 'The Idempotency-Key belongs to another request',
  meaning:
    'The key was used in the last 24 hours for another route or other content. Use a new key for a new request.',
})
export class IdempotencyKeyReused extends DomainError {
  constructor() {
    super('This Idempotency-Key was used for another request.');
  }
}
