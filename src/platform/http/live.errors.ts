import { DomainError, Problem } from '../errors/domain-error';

@Problem({
  code: 'too_many_streams',
  status: 429,
  title: 'Too many live streams',
  meaning:
    'As many clients as the service takes follow jobs, or the log, live. Come back after `Retry-After`, or ask with `GET /jobs/{job_id}` and `Prefer: wait`, or `GET /activity`.',
})
export class TooManyStreams extends DomainError {
  constructor(count: number) {
    super(`${count} clients follow already.`, { retryAfter: 5 });
  }
}
