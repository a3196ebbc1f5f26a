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
