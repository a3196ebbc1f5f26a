import type { BulkJobOptions, Queue } from 'bullmq';
import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../../clock/clock';
import type { Database, Queries } from '../../database/database';
import type { TasksRepository, WaitingTask } from '../tasks.repository';
import type { TaskTicket } from './bull-queue';

/** So many of those that are next lie in Redis, not all that wait: it stays small, and the order is the table's. */
const WINDOW = 256;
/** Taken by this process until it looks for more while more than a window waits. */
const REFILL = 32;
/** Between two rounds, so that many nudges make one. */
const PAUSE_MS = 5;
/** Priorities of BullMQ, the lowest first, go up to 2^21. */
const TURNS = 2 ** 20;

/** Copies those tasks of a kind that may be taken into the queue of BullMQ. */
export class TaskRelay {
  private isRunning = false;
  private runAgain = false;
  private lastRun: Promise<void> = Promise.resolve();
  /** What was copied by the last round: not again, unless it may have been lost. */
  private copied: ReadonlySet<string> = new Set();
  private hasMore = false;
  private taken = 0;
  private expectedUntil = 0;

  /**
   * @param onOutcome - told after each round that had something to copy whether Redis took it
   */
  constructor(
    private readonly kind: string,
    private readonly queue: Queue<TaskTicket>,
    private readonly database: Database,
    private readonly tasks: TasksRepository,
    private readonly clock: Clock,
    private readonly onOutcome: (error?: unknown) => void,
  ) {}

  /** A task of this kind is being added, and will be there in `withinMs` at the latest. */
  expect(withinMs: number): void {
    this.expectedUntil = this.clock.now() + withinMs;
  }

  /** Copies tasks if some were added of late. */
  nudge(): void {
    if (this.clock.now() <= this.expectedUntil) this.run();
  }

  /** Copies what came to wait. Calls that come meanwhile make it look once more. */
  run(): void {
    this.runAgain = true;
    if (!this.isRunning) this.lastRun = this.runAll();
  }

  /** The same for all, since Redis may have lost what was copied. */
  repair(): void {
    this.copied = new Set();
    this.run();
  }

  /** Something of this kind was taken here. */
  noteTaken(): void {
    if (this.hasMore && ++this.taken >= REFILL) this.run();
  }

  /** There is nothing more in Redis. */
  noteEmpty(): void {
    if (this.hasMore) this.run();
  }

  async stop(): Promise<void> {
    this.runAgain = false;
    await this.lastRun;
    await this.queue.close();
  }

  private async runAll(): Promise<void> {
    this.isRunning = true;
    try {
      while (this.runAgain) {
        this.runAgain = false;
        await this.round();
        if (this.runAgain) await setTimeout(PAUSE_MS);
      }
    } finally {
      this.isRunning = false;
    }
  }

  private async round(): Promise<void> {
    try {
      const next = await this.next();
      this.taken = 0;
      this.hasMore = next.length === WINDOW;
      const tickets = new Map(ofOneEra(next).map((task) => [ticketId(task), task]));
      const fresh = [...tickets].filter(([jobId]) => !this.copied.has(jobId));
      if (fresh.length === 0) return;
      await this.queue.addBulk(fresh.map(([jobId, task]) => this.toJob(jobId, task)));
      this.copied = new Set(tickets.keys());
      this.onOutcome();
    } catch (error) {
      this.onOutcome(error); // the next scan tries again
    }
  }

  /** A commit that a loss of power takes back is done again, so nobody waits for the disk. */
  private next(): Promise<WaitingTask[]> {
    const now = this.clock.now();
    const read = async (queries: Queries) => {
      await this.tasks.ripen(queries, this.kind, now);
      return this.tasks.next(queries, this.kind, WINDOW);
    };
    return this.database.transaction(read, { durable: false });
  }

  private toJob(jobId: string, { id, turn }: WaitingTask) {
    const opts: BulkJobOptions = {
      jobId,
      priority: turn < 0 ? 1 : 2 + (turn % TURNS),
      removeOnComplete: true,
      removeOnFail: true,
    };
    return { name: this.kind, data: { id }, opts };
  }
}

/**
 * One for each time that a task waits, and each place, so that one that Redis still thinks to be running keeps none out.
 * BullMQ takes no colons.
 */
function ticketId({ id, attempt, due_at, turn }: WaitingTask): string {
  return `${encodeURIComponent(id)}.${attempt}.${due_at}.${turn}`;
}

/** Turns go on for ever, priorities do not: those that begin again from 0 are copied when the ones before are taken. */
function ofOneEra(tasks: readonly WaitingTask[]): WaitingTask[] {
  const era = ({ turn }: WaitingTask) => Math.floor(Math.max(0, turn) / TURNS);
  return tasks.filter((task) => era(task) === Math.min(...tasks.map(era)));
}
