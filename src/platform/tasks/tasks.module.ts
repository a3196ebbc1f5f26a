import { Global, Module, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { Clock } from '../clock/clock';
import { Ids } from '../clock/ids';
import { Settings } from '../config/settings';
import { Database } from '../database/database';
import { EmbeddedTaskQueue } from './embedded.task-queue';
import { TaskHandler } from './task-handler';
import { TaskQueue } from './task-queue';
import { TasksRepository } from './tasks.repository';

/** Gives everyone the {@link TaskQueue}, finds the handlers, and drains before the process ends. */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [
    TasksRepository,
    {
      provide: TaskQueue,
      inject: [Database, TasksRepository, Clock, Ids, Settings],
      useFactory: (database: Database, tasks: TasksRepository, clock: Clock, ids: Ids, settings: Settings) =>
        new EmbeddedTaskQueue(database, tasks, clock, ids, {
          leaseMs: settings.TASK_LEASE_SECONDS * 1000,
          random: Math.random,
        }),
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
    const instances: unknown[] = this.discovery.getProviders().map(({ instance }) => instance as unknown);
    await this.queue.start(instances.filter((instance) => instance instanceof TaskHandler));
  }

  /** Before the HTTP server closes: it goes on to answer while running tasks finish. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.queue.drain(this.settings.SHUTDOWN_GRACE_SECONDS * 1000);
  }
}
