import { Injectable } from '@nestjs/common';
import { Clock, Database, TaskHandler, type RunningTask } from 'filemill/plugin-api';
import { OperationsRepository } from './operations.repository';

export const LOG_ACTIVITY = 'async-operations.log-activity';

export interface LogActivity {
  readonly owner: string;
  readonly email: string;
  readonly activity: string;
}

/** Enters an activity; in the transaction that completes the task, so once. */
@Injectable()
export class LogActivityHandler extends TaskHandler<LogActivity> {
  override readonly kind = LOG_ACTIVITY;

  constructor(
    private readonly operations: OperationsRepository,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async run(task: RunningTask<LogActivity>): Promise<void> {
    const { owner, email, activity } = task.payload;
    const entry = { operationId: task.id, owner, finishedAt: this.clock.now() };
    await this.database.transaction(async (queries) => {
      await this.operations.insert(queries, { ...entry, description: `${email}: ${activity}` });
      await task.complete(queries);
    });
  }
}
