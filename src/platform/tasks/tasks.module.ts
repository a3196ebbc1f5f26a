import { Global, Module, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { Clock } from '../clock/clock';
import { Ids } from '../clock/ids';
import { Settings } from '../config/settings';
import { Database } from '../database/database';
import { RedisConnections } from '../redis/redis.connections';
import { EmbeddedTaskQueue } from './embedded.task-queue';
import { TaskHandler } from './task-handler';
import type { LaneOptions } from './task-lane';
import { TaskQueue } from './task-queue';
import { TaskRunsMetrics } from './task-runs.metrics';
import { TasksMetrics } from './tasks.metrics';
import { TasksRepository } from './tasks.repository';

/**
 * Gives everyone the {@link TaskQueue}, finds the handlers, and drains before the process ends. Who only serves
 * requests adds tasks and takes none.
 */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [
    TasksRepository,
    TasksMetrics,
    TaskRunsMetrics,
    {
      provide: TaskQueue,
      inject: [Settings, RedisConnections, Database, TasksRepository, Clock, Ids, TaskRunsMetrics],
      useFactory: create,
    },
  ],
  exports: [TaskQueue],
})
export class TasksModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly queue: TaskQueue,
    private readonly discovery: DiscoveryService,
    private readonly settings: Settings,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.settings.ROLE === 'api') return;
    const instances: unknown[] = this.discovery.getProviders().map(({ instance }) => instance as unknown);
    await this.queue.start(instances.filter((instance) => instance instanceof TaskHandler));
  }

  /** Before the HTTP server closes: it goes on to answer while running tasks finish. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.queue.drain(this.settings.SHUTDOWN_GRACE_SECONDS * 1000);
  }
}

/** BullMQ is loaded only where it is used. */
async function create(
  { TASK_LEASE_SECONDS }: Settings,
  redis: RedisConnections | undefined,
  database: Database,
  tasks: TasksRepository,
  clock: Clock,
  ids: Ids,
  runs: TaskRunsMetrics,
): Promise<TaskQueue> {
  const options: LaneOptions = {
    leaseMs: TASK_LEASE_SECONDS * 1000,
    random: Math.random,
    onEnd: (kind, outcome) => runs.count(kind, outcome),
  };
  if (!redis) return new EmbeddedTaskQueue(database, tasks, clock, ids, options);
  const { BullTaskQueue } = await import('./bull/bull.task-queue.js');
  return new BullTaskQueue(redis, database, tasks, clock, ids, options);
}
