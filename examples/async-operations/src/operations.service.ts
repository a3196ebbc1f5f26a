import { Injectable } from '@nestjs/common';
import { Database, Ids, TaskQueue, type Owner } from 'filemill/plugin-api';
import { LOG_ACTIVITY, type LogActivity } from './log-activity.handler';
import { OperationsRepository, type Operation } from './operations.repository';
import { WRITE_REPORT, type WriteReport } from './write-report.handler';

const SHOWN = 20;

/** Work for the background, as tasks: once it is promised it is done, whatever dies. */
@Injectable()
export class OperationsService {
  constructor(
    private readonly operations: OperationsRepository,
    private readonly tasks: TaskQueue,
    private readonly database: Database,
    private readonly ids: Ids,
  ) {}

  logActivity(activity: LogActivity): Promise<void> {
    return this.promise(LOG_ACTIVITY, activity);
  }

  requestReport(report: WriteReport): Promise<void> {
    return this.promise(WRITE_REPORT, report);
  }

  async log(owner: Owner): Promise<{ total: number; last: Operation[] }> {
    const [total, last] = await Promise.all([
      this.operations.count(owner),
      this.operations.last(owner, SHOWN),
    ]);
    return { total, last };
  }

  private async promise(kind: string, payload: object): Promise<void> {
    const id = this.ids.next();
    await this.database.transaction((queries) => this.tasks.enqueue(queries, { id, kind, payload }));
    this.tasks.nudge();
  }
}
