import { Logger } from '@nestjs/common';
import type { Clock } from '../clock/clock';
import type { Ids } from '../clock/ids';
import type { Database, Queries } from '../database/database';
import { backoffMs } from './backoff';
import { runnerIdentity } from './runner-identity';
import {
  LeaseLost,
  ShuttingDown,
  type RetryVerdict,
  type RunningTask,
  type TaskHandler,
} from './task-handler';
import type { TaskRow, TasksRepository } from './tasks.repository';

export interface LaneOptions {
  /** How long a task belongs to who took it, unless renewed. */
  readonly leaseMs: number;
  /** For the jitter of pauses: 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
}

/** Takes and runs the tasks of one kind, so that a slow kind delays none of the others. */
export class TaskLane {
  private readonly logger = new Logger(TaskLane.name);
  private readonly running = new Map<LeasedTask, Promise<void>>();
  /** Set while a suspect runs, or waits until nothing else does. */
  private quarantine = false;
  private pulling = false;
  private pullAgain = false;
  private lastPull: Promise<void> = Promise.resolve();
  private draining = false;

  constructor(
    private readonly handler: TaskHandler,
    private readonly database: Database,
    private readonly tasks: TasksRepository,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly options: LaneOptions,
  ) {}

  /** Takes as many due tasks as there is room for. Calls that come meanwhile make it look once more. */
  pull(): void {
    this.pullAgain = true;
    if (!this.pulling) this.lastPull = this.fill();
  }

  async renew(): Promise<void> {
    const held = [...this.running.keys()];
    if (held.length === 0) return;
    try {
      const until = this.leaseEnd();
      const renewed = await this.database.transaction((queries) => this.tasks.renew(queries, held, until));
      for (const task of held) if (!renewed.has(task.id)) task.abort(new LeaseLost(task.id));
    } catch (error) {
      this.logger.error(`Leases could not be renewed: ${String(error)}`);
    }
  }

  async drain(graceMs: number): Promise<void> {
    this.draining = true;
    await this.lastPull;
    const stop = this.clock.after(graceMs, () => {
      for (const task of this.running.keys()) task.abort(new ShuttingDown());
    });
    await Promise.all(this.running.values());
    stop();
  }

  private async fill(): Promise<void> {
    this.pulling = true;
    try {
      while (this.pullAgain && !this.draining) await this.takeOnce();
    } catch (error) {
      this.logger.error(`No tasks could be taken: ${String(error)}`); // the next scan tries again
    } finally {
      this.pulling = false;
    }
  }

  private async takeOnce(): Promise<void> {
    this.pullAgain = false;
    const room = this.room();
    if (room <= 0) return; // the end of a run pulls again
    const taken = await this.claim(room);
    for (const row of taken) this.launch(row);
    if (taken.length === room || (this.quarantine && this.running.size === 0)) this.pullAgain = true;
  }

  private room(): number {
    if (this.quarantine) return this.running.size === 0 ? 1 : 0;
    return this.handler.concurrency - this.running.size;
  }

  /** Takes due tasks. A suspect is taken alone; until then it goes back to the head of the queue. */
  private async claim(limit: number): Promise<TaskRow[]> {
    const lease = `${runnerIdentity()}/${this.ids.next()}`;
    const claim = { kind: this.handler.kind, limit, lease, now: this.clock.now(), until: this.leaseEnd() };
    const { taken, suspects } = await this.database.transaction(async (queries) => {
      const rows = await this.tasks.claim(queries, claim);
      const found = rows.filter((row) => this.isSuspect(row));
      if (found.length === 0 || (rows.length === 1 && this.running.size === 0))
        return { taken: rows, suspects: found };
      for (const { id, attempt } of found)
        await this.tasks.putBack(queries, { id, lease, attempt: attempt - 1, due_at: 0, last_error: null });
      return { taken: rows.filter((row) => !found.includes(row)), suspects: found };
    });
    this.quarantine = suspects.length > 0;
    return taken;
  }

  /**
   * About to have its last run, after one that ended with its process: it may bring down processes, or only
   * have run beside a task that does. With nothing beside it the one cannot harm others, nor the other be harmed.
   */
  private isSuspect({ attempt, last_error }: TaskRow): boolean {
    return attempt > 1 && attempt === this.handler.maxAttempts && last_error === null;
  }

  private leaseEnd(): number {
    return this.clock.now() + this.options.leaseMs;
  }

  private launch(row: TaskRow): void {
    const task = new LeasedTask(row, this.handler.maxAttempts, this.tasks, this.clock, this.options);
    const run = this.execute(task).finally(() => {
      this.running.delete(task);
      this.pull();
    });
    this.running.set(task, run);
  }

  /** Never rejects: whatever happens ends in the task table. */
  private async execute(task: LeasedTask): Promise<void> {
    try {
      await this.attempt(task);
    } catch (error) {
      await this.recordFault(task, error);
    }
  }

  private async attempt(task: LeasedTask): Promise<void> {
    if (task.attempt > this.handler.maxAttempts) {
      await this.handler.abandon(task);
      if (!task.ended)
        await this.record((queries) => task.bury(queries, new Error('Every run ended with its process.')));
    } else {
      await this.handler.run(task);
      if (!task.ended) await this.record((queries) => task.complete(queries));
    }
  }

  private async recordFault(task: LeasedTask, error: unknown): Promise<void> {
    if (error instanceof LeaseLost) return;
    try {
      if (error instanceof ShuttingDown) await this.record((queries) => task.release(queries));
      else await this.record((queries) => task.retry(queries, error));
    } catch (second) {
      // The lease runs out and somebody takes the task again.
      this.logger.error(`The end of task ${task.id} could not be recorded: ${String(second)}`);
    }
  }

  /** Writes the end of a run, if the task is still ours. */
  private async record(write: (queries: Queries) => Promise<unknown>): Promise<void> {
    await this.database.transaction(write).catch((error: unknown) => {
      if (!(error instanceof LeaseLost)) throw error;
    });
  }
}

/** A row of the task table with the lease under which it runs here. */
class LeasedTask implements RunningTask {
  readonly id: string;
  readonly lease: string;
  readonly attempt: number;
  readonly payload: unknown;
  /** Whether a verb was called: if the handler returned after that, its transaction was committed. */
  ended = false;
  private readonly controller = new AbortController();

  constructor(
    row: TaskRow,
    private readonly maxAttempts: number,
    private readonly tasks: TasksRepository,
    private readonly clock: Clock,
    private readonly options: LaneOptions,
  ) {
    this.id = row.id;
    this.lease = row.lease!;
    this.attempt = row.attempt;
    this.payload = JSON.parse(row.payload);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  abort(reason: Error): void {
    this.controller.abort(reason);
  }

  async hold(queries: Queries): Promise<void> {
    const held = await this.tasks.renew(queries, [this], this.clock.now() + this.options.leaseMs);
    if (!held.has(this.id)) throw new LeaseLost(this.id);
  }

  async complete(queries: Queries): Promise<void> {
    this.end(await this.tasks.complete(queries, this.id, this.lease));
  }

  async retry(queries: Queries, error: unknown): Promise<RetryVerdict> {
    if (this.attempt >= this.maxAttempts) {
      await this.bury(queries, error);
      return 'dead';
    }
    const dueAt = this.clock.now() + backoffMs(this.attempt, this.options.random());
    await this.putBack(queries, this.attempt, dueAt, error);
    return 'again';
  }

  async release(queries: Queries): Promise<void> {
    await this.putBack(queries, this.attempt - 1, this.clock.now());
  }

  async bury(queries: Queries, error: unknown): Promise<void> {
    await this.putBack(queries, this.attempt, null, error);
  }

  private async putBack(
    queries: Queries,
    attempt: number,
    dueAt: number | null,
    error?: unknown,
  ): Promise<void> {
    const lastError = error === undefined ? null : describe(error);
    const row = { id: this.id, lease: this.lease, attempt, due_at: dueAt, last_error: lastError };
    this.end(await this.tasks.putBack(queries, row));
  }

  private end(held: boolean): void {
    if (!held) throw new LeaseLost(this.id);
    this.ended = true;
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : JSON.stringify(error);
}
