import { Logger } from '@nestjs/common';
import { Clock, type Cancel } from '../clock/clock';
import { Ids } from '../clock/ids';
import { Database, type Queries } from '../database/database';
import { isLeftBehind } from './runner-identity';
import { TaskHandler } from './task-handler';
import { TaskLane, type LaneOptions } from './task-lane';
import { PRIORITIES, TaskQueue, type DeadLetter, type NewTask, type TaskCounts } from './task-queue';
import type { TaskRow } from './tasks.migrations';
import { TasksRepository } from './tasks.repository';

/** How often the table is looked through for what fell due without a nudge. */
const SCAN_MS = 1_000;

/** Where tasks of one kind come to be taken. */
interface TaskSource {
  /** One is being added, and will be there in `withinMs` at the latest. */
  expect(withinMs: number): void;

  /** Looks for tasks if some were added of late. */
  nudge(): void;
}

/**
 * What drivers have in common: tasks are rows of the task table, and each process runs what it took in a lane for each
 * kind. How those that may be taken come to the lanes is theirs.
 */
export abstract class TableTaskQueue extends TaskQueue {
  protected readonly logger = new Logger(this.constructor.name);
  protected readonly lanes = new Map<string, TaskLane>();
  private stopTimers: Cancel[] = [];

  constructor(
    protected readonly database: Database,
    protected readonly tasks: TasksRepository,
    protected readonly clock: Clock,
    private readonly ids: Ids,
    private readonly options: LaneOptions,
  ) {
    super();
  }

  override async start(handlers: readonly TaskHandler[]): Promise<void> {
    for (const handler of handlers) this.addLane(handler);
    await this.recover();
    this.stopTimers = [
      this.clock.every(SCAN_MS, () => this.scan()),
      this.clock.every(this.options.leaseMs / 3, () => void this.renew()),
    ];
    this.scan();
  }

  override enqueue(queries: Queries, task: NewTask): Promise<void> {
    this.sourceOf(task.kind)?.expect(SCAN_MS);
    return this.tasks.insert(queries, this.toRow(task), this.clock.now());
  }

  override ensure(queries: Queries, task: NewTask & { readonly id: string }): Promise<void> {
    this.sourceOf(task.kind)?.expect(SCAN_MS);
    return this.tasks.ensure(queries, this.toRow(task));
  }

  override revoke(queries: Queries, id: string): Promise<void> {
    return this.tasks.remove(queries, id);
  }

  override nudge(): void {
    for (const source of this.sources()) source.nudge();
  }

  override counts(): Promise<TaskCounts> {
    return this.tasks.counts(this.database.committed, this.clock.now());
  }

  override deadLetters(limit: number): Promise<DeadLetter[]> {
    return this.tasks.deadLetters(this.database.committed, limit);
  }

  override deadLetter(id: string): Promise<DeadLetter | undefined> {
    return this.tasks.deadLetter(this.database.committed, id);
  }

  override revive(queries: Queries, id: string): Promise<boolean> {
    for (const source of this.sources()) source.expect(SCAN_MS);
    return this.tasks.revive(queries, id, this.clock.now());
  }

  override pause(kinds: readonly string[]): Promise<void> {
    return this.database.transaction((queries) => this.tasks.pause(queries, kinds));
  }

  override async resume(): Promise<void> {
    await this.database.transaction((queries) => this.tasks.resume(queries));
    this.scan();
  }

  override paused(): Promise<ReadonlySet<string>> {
    return this.tasks.paused(this.database.committed);
  }

  override async drain(graceMs: number): Promise<void> {
    await Promise.all([...this.lanes.values()].map((lane) => lane.drain(graceMs)));
    for (const stop of this.stopTimers.splice(0)) stop();
  }

  private toRow({
    id = this.ids.next(),
    kind,
    owner = '',
    priority = 'normal',
    payload,
    dueAt,
  }: NewTask): TaskRow & { due_at: number } {
    const now = this.clock.now();
    return {
      id,
      kind,
      owner,
      priority: PRIORITIES.indexOf(priority),
      payload: JSON.stringify(payload),
      attempt: 0,
      due_at: dueAt ?? now,
      lease: null,
      turn: null,
      last_error: null,
      created_at: now,
    };
  }

  protected abstract sourceOf(kind: string): TaskSource | undefined;

  protected abstract sources(): Iterable<TaskSource>;

  /** Looks for what may be taken that nobody nudged for. */
  protected abstract scan(): void;

  /** @throws Error when there is one for the kind */
  protected addLane(handler: TaskHandler): TaskLane {
    if (this.lanes.has(handler.kind)) {
      throw new Error(
        `Two task handlers are of the kind '${handler.kind}': ${handler.constructor.name} needs another.`,
      );
    }
    const lane = new TaskLane(handler, this.database, this.tasks, this.clock, this.ids, this.options);
    this.lanes.set(handler.kind, lane);
    return lane;
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
