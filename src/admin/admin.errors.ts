import { DomainError, Problem } from '../platform/errors/domain-error';

@Problem({
  code: 'dead_letter_not_found',
  status: 404,
  title: 'There is no such dead letter',
  meaning: 'No task with this id was given up, or it was retried already. `GET /admin/queue` lists them.',
})
export class DeadLetterNotFound extends DomainError {
  constructor(taskId: string) {
    super('There is no such dead letter.', { extensions: { task_id: taskId } });
  }
}

@Problem({
  code: 'queue_unavailable',
  status: 503,
  title: 'The queue cannot be shown',
  meaning:
    'Redis does not answer, so what lies in it cannot be shown. No task is lost: `GET /admin/queue` tells what waits.',
})
export class QueueUnavailable extends DomainError {
  constructor(cause: unknown) {
    super('Redis does not answer at the moment.', { cause, retryAfter: 5 });
  }
}
