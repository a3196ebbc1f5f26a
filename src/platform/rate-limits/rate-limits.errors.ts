import { DomainError, Problem } from '../errors/domain-error';

@Problem({
  code: 'rate_limited',
  status: 429,
  title: 'Too many requests',
  meaning:
    'One of the limits that `RateLimit-Policy` lists is used up; `limit` names it, `RateLimit` says what is left of each. Come back after `Retry-After`.',
})
export class RateLimited extends DomainError {
  constructor(limit: string, retryAfter: number) {
    super(`The limit '${limit}' is used up for the next ${retryAfter} seconds.`, {
      extensions: { limit },
      retryAfter,
    });
  }
}
