import { DomainError, Problem } from '../errors/domain-error';

@Problem({
  code: 'backlog_full',
  status: 503,
  title: 'Too much is waiting already',
  meaning:
    'As much work as the service takes on is waiting (`MAX_BACKLOG`). Nothing was stored; send the same request again after `Retry-After`. `GET /capacity` tells how much waits.',
})
export class BacklogFull extends DomainError {
  constructor(maxBacklog: number) {
    super('As much work as the service takes on is waiting already; nothing was stored.', {
      extensions: { max_backlog: maxBacklog },
      retryAfter: 10,
    });
  }
}
