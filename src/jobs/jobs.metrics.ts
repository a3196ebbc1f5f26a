import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { Metrics } from '../platform/metrics/metrics';
import type { Job } from './job';
import { JobCancelled, JobCompleted, JobFailed, JobQueued, JobStarted } from './jobs.events';

/** Jobs as they go through this process. */
@Injectable()
export class JobsMetrics {
  private readonly ended;
  private readonly wait;
  private readonly processing;
  private readonly retries;

  constructor(metrics: Metrics) {
    this.ended = metrics.counter({
      name: 'filemill_jobs_total',
      help: 'Jobs that ended, by processor and outcome: completed, failed or cancelled.',
      labelNames: ['processor', 'outcome'],
    });
    this.wait = metrics.histogram({
      name: 'filemill_job_wait_seconds',
      help: 'From when a job was made to its first start.',
      labelNames: ['processor'],
    });
    this.processing = metrics.histogram({
      name: 'filemill_job_processing_seconds',
      help: 'From the start of the last run of a job to its end.',
      labelNames: ['processor', 'outcome'],
    });
    this.retries = metrics.counter({
      name: 'filemill_job_retries_total',
      help: 'Jobs that wait for another run: after a passing fault, at shutdown, or because their owner asked.',
      labelNames: ['processor'],
    });
  }

  @OnEvent(JobQueued.type)
  onQueued({ job }: JobQueued): void {
    if (job.attempt > 0) this.retries.inc({ processor: processorOf(job) });
  }

  @OnEvent(JobStarted.type)
  onStarted({ job }: JobStarted): void {
    if (job.attempt > 1 || job.startedAt === null) return;
    this.wait.observe({ processor: processorOf(job) }, (job.startedAt - job.createdAt) / 1000);
  }

  @OnEvent(JobCompleted.type)
  @OnEvent(JobFailed.type)
  @OnEvent(JobCancelled.type)
  onEnded({ job }: JobCompleted | JobFailed | JobCancelled): void {
    const labels = { processor: processorOf(job), outcome: job.status };
    this.ended.inc(labels);
    if (job.startedAt === null || job.finishedAt === null) return;
    this.processing.observe(labels, (job.finishedAt - job.startedAt) / 1000);
  }
}

/** A job whose file never came has none. */
function processorOf({ processor }: Job): string {
  return processor ?? 'none';
}
