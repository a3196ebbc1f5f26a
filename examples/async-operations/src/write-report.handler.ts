import { Injectable } from '@nestjs/common';
import {
  Clock,
  Database,
  JobsService,
  TaskHandler,
  type JobState,
  type RunningTask,
} from 'filemill/plugin-api';
import { OperationsRepository } from './operations.repository';

export const WRITE_REPORT = 'async-operations.write-report';

export interface WriteReport {
  readonly owner: string;
  readonly recipient: string;
  readonly name: string;
}

/** Goes through the owner's jobs, page by page, and enters what it found. */
@Injectable()
export class WriteReportHandler extends TaskHandler<WriteReport> {
  override readonly kind = WRITE_REPORT;
  override readonly concurrency = 1;

  constructor(
    private readonly operations: OperationsRepository,
    private readonly jobs: JobsService,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async run(task: RunningTask<WriteReport>): Promise<void> {
    const { owner, recipient, name } = task.payload;
    const found = await this.summarise(owner, task.signal);
    const description = `Report '${name}' for ${recipient}: ${found}`;
    await this.database.transaction(async (queries) => {
      const finishedAt = this.clock.now();
      await this.operations.insert(queries, { operationId: task.id, owner, description, finishedAt });
      await task.complete(queries);
    });
  }

  private async summarise(owner: string, signal: AbortSignal): Promise<string> {
    const counts = new Map<JobState, number>();
    for (let cursor: string | undefined, more = true; more;) {
      signal.throwIfAborted();
      const page = await this.jobs.list(owner, { limit: 500, cursor });
      for (const { status } of page.entries) counts.set(status, (counts.get(status) ?? 0) + 1);
      cursor = page.next;
      more = cursor !== undefined;
    }
    const parts = [...counts].map(([status, count]) => `${count} ${status}`);
    return parts.length > 0 ? `jobs: ${parts.join(', ')}.` : 'no jobs.';
  }
}
