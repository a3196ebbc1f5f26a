import { DomainError, Problem } from '../errors/domain-error';

@Problem({
  code: 'database_unavailable',
  status: 503,
  title: 'The database is not available',
  meaning:
    'The database did not answer or was busy for too long. Nothing was changed; try again after `Retry-After`.',
})
export class DatabaseUnavailable extends DomainError {
  constructor(cause: unknown) {
    super('The database is not available at the moment.', { cause, retryAfter: 5 });
  }
}

@Problem({
  code: 'outcome_unknown',
  status: 503,
  title: 'Nobody can tell whether it happened',
  meaning:
    'The connection to the database broke while the change was being committed, and it did not come back in time to ' +
    'ask. Look whether it happened, or send the request again with the same `Idempotency-Key`.',
})
export class OutcomeUnknown extends DomainError {
  constructor(cause: unknown) {
    super('The database went away while the change was being committed.', { cause, retryAfter: 5 });
  }
}

/** Whether a transaction that failed like this may have been committed: what it was to own must not be discarded then. */
export function mayHaveCommitted(error: unknown): boolean {
  return error instanceof DatabaseUnavailable || error instanceof OutcomeUnknown;
}

@Problem({
  code: 'unstorable_text',
  status: 422,
  title: 'A text cannot be stored',
  meaning:
    'Some text of the request contains the character NUL, which the database takes in no text. Leave it out.',
})
export class UnstorableText extends DomainError {
  constructor(cause: unknown) {
    super('A text contains the character NUL.', { cause });
  }
}
