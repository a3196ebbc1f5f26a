import { Logger } from '@nestjs/common';
import { Clock, type Cancel } from '../clock/clock';
import { Ids } from '../clock/ids';
import { Database, type Queries } from '../database/database';
import { isLeftBehind } from './runner-identity';
import { TaskHandler } from './task-handler';
import { TaskLane, type LaneOptions } from './task-lane';
import { TaskQueue, type NewTask, type TaskCounts } from './task-queue';
import { TasksRepository } from './tasks.repository';

/** How often the table is looked through for what fell due without a nudge. */
const SCAN_MS = 1_000;

/** Runs the tasks of the task table in this process, a lane for each kind. */
export class EmbeddedTaskQueue extends TaskQueue {
  private readonly logger = new Logger(EmbeddedTaskQueue.name);
  private readonly lanes = new Map<string, TaskLane>();
  private stopTimers: Cancel[] = [];

  constructor(
    private readonly database: Database,
    private readonly tasks: TasksRepository,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly options: LaneOptions,
  ) {
    super();
  }

  override async start(handlers: readonly TaskHandler[]): Promise<void> {
    for (const handler of handlers) this.addLane(handler);
    await this.recover();
    this.stopTimers = [
      this.clock.every(SCAN_MS, () => this.nudge()),
      this.clock.every(this.options.leaseMs / 3, () => void this.renew()),
    ];
    this.nudge();
  }

  override async enqueue(
    queries: Queries,
    { id = this.ids.next(), kind, payload, dueAt }: NewTask,
  ): Promise<void> {
    const now = this.clock.now();
    await this.tasks.insert(queries, {
      id,
      kind,
      payload: JSON.stringify(payload),
      attempt: 0,
      due_at: dueAt ?? now,
      lease: null,
      last_error: null,
      created_at: now,
    });
  }

  override revoke(queries: Queries, id: string): Promise<void> {
    return this.tasks.remove(queries, id);
  }

  override nudge(): void {
    for (const lane of this.lanes.values()) lane.pull();
  }

  override counts(): Promise<TaskCounts> {
    return this.tasks.counts(this.database.committed, this.clock.now());
  }

  override async drain(graceMs: number): Promise<void> {
    await Promise.all([...this.lanes.values()].map((lane) => lane.drain(graceMs)));
    for (const stop of this.stopTimers.splice(0)) stop();
  }

  private addLane(handler: TaskHandler): void {
    if (this.lanes.has(handler.kind)) {
      throw new Error(
        `Two task handlers are of the kind '${handler.kind}': ${handler.constructor.name} needs another.`,
      );
    }
    this.lanes.set(
      handler.kind,
      new TaskLane(handler, this.database, this.tasks, this.clock, this.ids, this.options),
    );
  }

  /** What processes of this machine left behind when they died need not wait for its lease to run out. */
  private async recover(): Promise<void> {
    const left = (await this.tasks.leases(this.database.committed)).filter(isLeftBehind);
    await this.database.transaction((queries) => this.tasks.expire(queries, left, this.clock.now()));
    if (left.length > 0) this.logger.warn(`Taking over ${left.length} task(s) of a process that died`);
  }

  private async renew(): Promise<void> {
    await Promise.all([...this.lanes.values()].map((lane) => lane.renew()));
  }
}
