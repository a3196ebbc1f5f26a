import { DomainError, Problem } from 'filemill/plugin-api/processor';

@Problem({
  code: 'compute_busy',
  status: 503,
  title: 'Too many computations',
  meaning: 'So many computations wait already that no more are taken. Try again after `Retry-After` seconds.',
})
export class ComputeBusy extends DomainError {
  constructor() {
    super('Too many computations wait already.', { retryAfter: 1 });
  }
}
