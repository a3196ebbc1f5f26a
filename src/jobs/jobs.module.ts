import { Module, type OnModuleInit } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { FilesModule } from '../files/files.module';
import { JobCounts } from './job-counts';
import { JobCountsSweeper } from './job-counts.sweeper';
import { JobLifecycle } from './job-lifecycle';
import { JobSettledHook, JobSettledHooks } from './job-settled-hook';
import { JobsController } from './jobs.controller';
import { JobsMetrics } from './jobs.metrics';
import { JobsRepository } from './jobs.repository';
import { JobsService } from './jobs.service';
import { JobEventsController } from './live/job-events.controller';
import { JobFeed } from './live/job-feed';
import { JobHistory } from './live/job-history';
import { JobWaiter } from './live/job-waiter';
import { TransitionsRepository } from './live/transitions.repository';
import { TransitionsSweeper } from './live/transitions.sweeper';
import { JobWishes } from './job-wishes';
import { OwnedJobs } from './owned-jobs';
import { RetentionSweeper } from './retention.sweeper';

/** Jobs: their rows, their lifecycle, what owners and workers do with them, and what those hear who follow. */
@Module({
  imports: [DiscoveryModule, FilesModule],
  controllers: [JobEventsController, JobsController], // `/jobs/events` before `/jobs/{job_id}`
  providers: [
    JobsRepository,
    JobsService,
    JobLifecycle,
    JobsMetrics,
    JobCounts,
    JobCountsSweeper,
    JobSettledHooks,
    JobWishes,
    OwnedJobs,
    RetentionSweeper,
    JobFeed,
    JobHistory,
    JobWaiter,
    TransitionsRepository,
    TransitionsSweeper,
  ],
  exports: [JobsService, JobLifecycle, JobWaiter, JobCounts, JobHistory, JobWishes],
})
export class JobsModule implements OnModuleInit {
  constructor(
    private readonly hooks: JobSettledHooks,
    private readonly discovery: DiscoveryService,
  ) {}

  onModuleInit(): void {
    const instances: unknown[] = this.discovery.getProviders().map(({ instance }) => instance as unknown);
    for (const hook of instances.filter((instance) => instance instanceof JobSettledHook))
      this.hooks.add(hook);
  }
}
