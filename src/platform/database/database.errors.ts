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
