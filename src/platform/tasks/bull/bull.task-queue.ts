import { Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Clock } from '../../clock/clock';
import type { Ids } from '../../clock/ids';
import type { Database } from '../../database/database';
import type { RedisConnections } from '../../redis/redis.connections';
import { TableTaskQueue } from '../table.task-queue';
import type { TaskHandler } from '../task-handler';
import type { LaneOptions, TaskLane } from '../task-lane';
import type { TasksRepository } from '../tasks.repository';
import { openQueue, queueName, type TaskTicket } from './bull-queue';
import { TaskRelay } from './task-relay';

const RECONNECT_MS = 1_000;
/** For how long Redis believes that a ticket is with a worker which is gone; the lease in the table is what fences. */
const TICKET_LOCK_MS = 5_000;

/**
 * Hands tasks out by BullMQ: who adds tasks copies those that are next into Redis, and workers that wait there take them
 * at once, wherever they are. The table remains the truth: a worker claims the row before it does anything, and what
 * Redis loses is copied again by the next scan of any worker. While Redis is away workers take from the table.
 */
export class BullTaskQueue extends TableTaskQueue {
  private readonly relays = new Map<string, TaskRelay>();
  private readonly workers: Worker<TaskTicket>[] = [];
  private connection: Redis | undefined;

  constructor(
    private readonly redis: RedisConnections,
    database: Database,
    tasks: TasksRepository,
    clock: Clock,
    ids: Ids,
    options: LaneOptions,
  ) {
    super(database, tasks, clock, ids, options);
  }

  override async drain(graceMs: number): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.pause(true).catch(() => {})));
    await super.drain(graceMs);
    await Promise.all([...this.relays.values()].map((relay) => relay.stop()));
    // Nothing runs here any more. To wait for what Redis thinks of it would be to wait for a Redis that is away.
    await Promise.all(this.workers.map((worker) => worker.close(true)));
  }

  protected override sourceOf(kind: string): TaskRelay {
    const relay = this.relays.get(kind) ?? this.createRelay(kind);
    this.relays.set(kind, relay);
    return relay;
  }

  protected override sources(): Iterable<TaskRelay> {
    return this.relays.values();
  }

  protected override scan(): void {
    for (const kind of this.lanes.keys()) this.sourceOf(kind).repair();
  }

  protected override addLane(handler: TaskHandler): TaskLane {
    const lane = super.addLane(handler);
    lane.pulls = false;
    this.workers.push(this.createWorker(handler, lane));
    return lane;
  }

  private createWorker({ kind, concurrency }: TaskHandler, lane: TaskLane): Worker<TaskTicket> {
    this.connection ??= this.redis.open('blocking');
    const worker = new Worker<TaskTicket>(queueName(kind), ({ data }) => this.take(kind, lane, data), {
      connection: this.connection,
      prefix: this.redis.key('tasks'),
      concurrency,
      runRetryDelay: RECONNECT_MS,
      lockDuration: TICKET_LOCK_MS,
      stalledInterval: TICKET_LOCK_MS / 2,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    });
    worker.on('drained', () => this.sourceOf(kind).noteEmpty());
    worker.on('error', (error) => this.logger.debug(`Redis, ${kind}: ${error.message}`));
    return worker;
  }

  /** Never rejects: what could not be taken now is still in the table. */
  private async take(kind: string, lane: TaskLane, { id }: TaskTicket): Promise<void> {
    const relay = this.sourceOf(kind);
    relay.noteTaken();
    try {
      if (!(await lane.offer(id))) relay.run(); // it may have changed places with one that still waits
    } catch (error) {
      this.logger.error(`Task ${id} could not be taken: ${String(error)}`);
    }
  }

  private createRelay(kind: string): TaskRelay {
    const queue = openQueue(this.redis, kind);
    const onOutcome = (error?: unknown) => this.useTable(kind, error);
    return new TaskRelay(kind, queue, this.database, this.tasks, this.clock, onOutcome);
  }

  /** Whether the lane has to look into the table: as long as nothing comes by Redis. */
  private useTable(kind: string, error: unknown): void {
    const lane = this.lanes.get(kind);
    if (!lane) return;
    lane.pulls = error !== undefined;
    if (lane.pulls) lane.pull();
  }
}
