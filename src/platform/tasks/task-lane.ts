import { Logger } from '@nestjs/common';
import type { Clock } from '../clock/clock';
import type { Ids } from '../clock/ids';
import type { Database, Queries } from '../database/database';
import { DomainError } from '../errors/domain-error';
import { runnerIdentity } from './runner-identity';
import {
  LeaseLost,
  ShuttingDown,
  type RetryVerdict,
  type RunningTask,
  type TaskHandler,
} from './task-handler';
import { HEAD, type TaskRow } from './tasks.migrations';
import type { TasksRepository } from './tasks.repository';

/** How a run ended: well, with another to follow, given back unfinished, or as a dead letter. */
export type RunOutcome = 'completed' | 'retried' | 'released' | 'dead';

export interface LaneOptions {
  /** How long a task belongs to who took it, unless renewed. */
  readonly leaseMs: number;
  /** Told how each run ended, once that is committed. */
  readonly onEnd?: (kind: string, outcome: RunOutcome) => void;
  /** For the jitter of pauses: 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
}

/** So many times as many tasks as run at the same time may be here in all, for those that are written down slowly. */
const MOST_ENDING = 4;

/** Takes and runs the tasks of one kind, so that a slow kind delays none of the others. */
export class TaskLane {
  private readonly logger = new Logger(TaskLane.name);
  private readonly running = new Map<LeasedTask, Promise<void>>();
  /** Those that run and have made room. */
  private ending = 0;
  private expectedUntil = 0;
  /** Set while a suspect runs, or waits until nothing else does. */
  private quarantine = false;
  private pulling = false;
  private pullAgain = false;
  private lastPull: Promise<void> = Promise.resolve();
  private draining = false;
  /** Whether it takes from the table by itself, and not only what it is offered. */
  pulls = true;

  constructor(
    private readonly handler: TaskHandler,
    private readonly database: Database,
    private readonly tasks: TasksRepository,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly options: LaneOptions,
  ) {}

  /** A task of this kind is being added, and will be there in `withinMs` at the latest. */
  expect(withinMs: number): void {
    this.expectedUntil = this.clock.now() + withinMs;
  }

  /** Takes tasks if some were added of late: a look at the table for each kind would be the most of what a job costs. */
  nudge(): void {
    if (this.clock.now() <= this.expectedUntil) this.pull();
  }

  /** Takes as many due tasks as there is room for. Calls that come meanwhile make it look once more. */
  pull(): void {
    this.pullAgain = true;
    if (!this.pulling) this.lastPull = this.fill();
  }

  /**
   * Takes this task, if it waits, as soon as there is room for it, or another of its owner's that goes before it, and runs
   * it; resolves when that no longer takes up a place, with whether there was any. What is not taken stays where it is, in
   * the table.
   */
  async offer(id: string): Promise<boolean> {
    while (this.room() <= 0 && this.running.size > 0) await Promise.race(this.running.values());
    if (this.draining || this.quarantine) return true;
    const { taken, suspects } = await this.claim(1, id);
    this.quarantine ||= suspects > 0;
    await Promise.all(taken.map((row) => this.launch(row)));
    this.pull();
    return taken.length + suspects > 0;
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
      while (this.pullAgain && !this.draining && (this.pulls || this.quarantine)) await this.takeOnce();
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
    const { taken, suspects } = await this.claim(room);
    this.quarantine = suspects > 0;
    for (const row of taken) void this.launch(row);
    if (taken.length === room || (this.quarantine && this.running.size === 0)) this.pullAgain = true;
  }

  private room(): number {
    if (this.quarantine) return this.running.size === 0 ? 1 : 0;
    const { concurrency } = this.handler;
    return Math.min(
      concurrency - this.running.size + this.ending,
      MOST_ENDING * concurrency - this.running.size,
    );
  }

  /**
   * Takes those whose turn it is. A suspect is taken alone; until then it goes back to the head of the queue. A claim
   * that a loss of power takes back is a task that still waits, so nobody waits for the disk.
   */
  private async claim(limit: number, id?: string) {
    const lease = `${runnerIdentity()}/${this.ids.next()}`;
    const { kind } = this.handler;
    const now = this.clock.now();
    const claim = { kind, limit, id, lease, until: this.leaseEnd() };
    const take = async (queries: Queries) => {
      if (id === undefined) await this.tasks.ripen(queries, kind, now);
      const rows = await this.tasks.claim(queries, claim);
      const found = rows.filter((row) => this.isSuspect(row));
      if (found.length === 0 || (rows.length === 1 && this.running.size === 0))
        return { taken: rows, suspects: found.length };
      for (const suspect of found)
        await this.tasks.putBack(queries, {
          id: suspect.id,
          lease,
          attempt: suspect.attempt - 1,
          due_at: now,
          turn: HEAD,
          last_error: null,
        });
      return { taken: rows.filter((row) => !found.includes(row)), suspects: found.length };
    };
    return this.database.transaction(take, { durable: false });
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

  /** Runs a task; resolves when it no longer takes up a place. */
  private launch(row: TaskRow): Promise<void> {
    const task = new LeasedTask(row, this.handler, this.tasks, this.clock, this.options);
    return new Promise((leave) => {
      task.onRoom = () => {
        this.ending++;
        this.pull();
        leave();
      };
      const run = this.execute(task).finally(() => {
        this.running.delete(task);
        if (task.hasMadeRoom) this.ending--;
        this.pull();
        leave();
      });
      this.running.set(task, run);
    });
  }

  /** Never rejects: whatever happens ends in the task table. */
  private async execute(task: LeasedTask): Promise<void> {
    try {
      await this.attempt(task);
    } catch (error) {
      await this.recordFault(task, error);
    }
    if (task.outcome) this.options.onEnd?.(this.handler.kind, task.outcome);
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
    task.outcome = undefined; // it was not committed
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
  private readonly turn: number | null;
  /** Whether a verb was called: if the handler returned after that, its transaction was committed. */
  ended = false;
  hasMadeRoom = false;
  onRoom = () => {};
  /** What the verb that was called made of this run. */
  outcome: RunOutcome | undefined;
  private readonly controller = new AbortController();

  constructor(
    row: TaskRow,
    private readonly handler: TaskHandler,
    private readonly tasks: TasksRepository,
    private readonly clock: Clock,
    private readonly options: LaneOptions,
  ) {
    this.id = row.id;
    this.lease = row.lease!;
    this.attempt = row.attempt;
    this.turn = row.turn;
    this.payload = JSON.parse(row.payload);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  abort(reason: Error): void {
    this.controller.abort(reason);
  }

  makeRoom(): void {
    if (this.hasMadeRoom) return;
    this.hasMadeRoom = true;
    this.onRoom();
  }

  async hold(queries: Queries): Promise<void> {
    const isHeld = await this.tasks.hold(queries, this, this.clock.now() + this.options.leaseMs);
    if (!isHeld) throw new LeaseLost(this.id);
  }

  async complete(queries: Queries): Promise<void> {
    this.end(await this.tasks.complete(queries, this.id, this.lease));
    this.outcome = 'completed';
  }

  async retry(queries: Queries, error: unknown): Promise<RetryVerdict> {
    if (this.attempt >= this.handler.maxAttempts) {
      await this.bury(queries, error);
      return 'dead';
    }
    const ownPauseMs = this.handler.pauseMs(this.attempt, this.options.random());
    const pauseMs = Math.max(ownPauseMs, askedPauseMs(error));
    await this.putBack(queries, { dueAt: this.clock.now() + pauseMs, error });
    this.outcome = 'retried';
    return 'again';
  }

  async release(queries: Queries): Promise<void> {
    const { attempt, turn } = this;
    await this.putBack(queries, { attempt: attempt - 1, dueAt: this.clock.now(), turn });
    this.outcome = 'released';
  }

  async again(queries: Queries, dueAt: number): Promise<void> {
    await this.putBack(queries, { attempt: 0, dueAt });
    this.outcome = 'completed';
  }

  async bury(queries: Queries, error: unknown): Promise<void> {
    await this.putBack(queries, { dueAt: null, error });
    this.outcome = 'dead';
  }

  private async putBack(
    queries: Queries,
    change: { dueAt: number | null; attempt?: number; turn?: number | null; error?: unknown },
  ): Promise<void> {
    const { dueAt, attempt = this.attempt, turn = null, error } = change;
    const { id, lease } = this;
    const lastError = error === undefined ? null : describe(error);
    this.end(
      await this.tasks.putBack(queries, { id, lease, attempt, due_at: dueAt, turn, last_error: lastError }),
    );
  }

  private end(held: boolean): void {
    if (!held) throw new LeaseLost(this.id);
    this.ended = true;
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : JSON.stringify(error);
}

/** What whoever could not serve the task asks for; 0 when nobody said. */
function askedPauseMs(error: unknown): number {
  return error instanceof DomainError ? (error.retryAfter ?? 0) * 1000 : 0;
}
