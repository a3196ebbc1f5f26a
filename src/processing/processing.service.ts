import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { FilesService } from '../files/files.service';
import type { Outcome } from '../jobs/artifact';
import type { ImportSource, Job } from '../jobs/job';
import { JobLifecycle } from '../jobs/job-lifecycle';
import { JobCancelled, JobDeleted, type JobNotice } from '../jobs/jobs.events';
import { Clock } from '../platform/clock/clock';
import { mayHaveCommitted } from '../platform/database/database.errors';
import { EventBus } from '../platform/events/event-bus';
import { OnNotice } from '../platform/events/notices';
import { BlobStore } from '../platform/storage/blob-store';
import { BlobMissing } from '../platform/storage/storage.errors';
import { TaskQueue } from '../platform/tasks/task-queue';
import type { RunningTask } from '../platform/tasks/task-handler';
import { UploadCompleted } from '../uploads/uploads.events';
import { UrlImports } from '../uploads/url-imports';
import { ArtifactSink } from './artifact-sink';
import { ProcessorRegistry } from './processor-registry';
import { ProcessorRunner } from './processor-runner';

/** Progress of a job is shown to those who watch, and written down, at most this often. */
const SHOW_PROGRESS_MS = 200;
const RECORD_PROGRESS_MS = 1_000;

/** The owner cancelled or deleted the job while it ran. */
export class JobStopped extends Error {}

class Run extends AbortController {
  constructor(readonly attempt: number) {
    super();
  }
}

/** Gets jobs going when files arrive, and runs their processors. */
@Injectable()
export class ProcessingService {
  private readonly running = new Map<string, Run>();

  constructor(
    private readonly files: FilesService,
    private readonly blobs: BlobStore,
    private readonly imports: UrlImports,
    private readonly registry: ProcessorRegistry,
    private readonly runner: ProcessorRunner,
    private readonly lifecycle: JobLifecycle,
    private readonly tasks: TaskQueue,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** A nudge: the task is in the table already, and would be found without it. */
  @OnEvent(UploadCompleted.type, { async: true })
  onUploadCompleted(): void {
    this.tasks.nudge();
  }

  @OnEvent(JobCancelled.type)
  @OnEvent(JobDeleted.type)
  onJobStopped({ job }: JobCancelled | JobDeleted): void {
    this.onJobStoppedElsewhere(job);
  }

  /** Should it be missed, the run ends when its task is to be renewed. */
  @OnNotice(JobCancelled.type, JobDeleted.type)
  onJobStoppedElsewhere({ jobId, attempt }: Pick<JobNotice, 'jobId' | 'attempt'>): void {
    const run = this.running.get(jobId);
    if (run && run.attempt <= attempt) run.abort(new JobStopped(`Job ${jobId} was cancelled or deleted.`));
  }

  /**
   * Fetches the job's file if it is not there yet, and runs the job's processor on it.
   *
   * @returns the result, with `processing_time`, and artifacts that nobody owns yet
   * @throws what {@link ProcessorRunner.run} throws · BlobMissing · JobStopped
   */
  async process(task: RunningTask, job: Job): Promise<Outcome> {
    const { signal } = task;
    const controller = new Run(job.attempt);
    const onAbort = () => controller.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    this.running.set(job.jobId, controller);
    try {
      return await this.run(task, job, controller.signal);
    } finally {
      if (this.running.get(job.jobId) === controller) this.running.delete(job.jobId);
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Deletes what a run stored that nobody came to own; what cannot be deleted is swept later. */
  async discard({ artifacts }: Outcome): Promise<void> {
    await Promise.allSettled(artifacts.map(({ blobKey }) => this.blobs.delete(blobKey)));
  }

  private async run(task: RunningTask, job: Job, signal: AbortSignal): Promise<Outcome> {
    const report = this.progressReporter(job, signal);
    if (!job.source) return this.runProcessor(job, signal, report);
    const arrived = await this.fetch(task, job, job.source, signal, (fraction) => report(fraction / 2));
    return this.runProcessor(arrived, signal, (fraction) => report((1 + fraction) / 2));
  }

  /** @throws what {@link UrlImports.fetch} throws · JobStopped */
  private async fetch(
    task: RunningTask,
    job: Job,
    source: ImportSource,
    signal: AbortSignal,
    report: (fraction: number) => void,
  ): Promise<Job> {
    const { received, assignment } = await this.imports.fetch(source, signal, report);
    try {
      const arrived = await this.lifecycle.arrive(task, job, received, assignment);
      if (!arrived) throw new JobStopped(`Job ${job.jobId} is not ours any more.`);
      this.events.publish(new UploadCompleted(arrived, received.sizeBytes));
      return arrived;
    } catch (error) {
      // A database that went away may have committed: then the sweep finds out.
      if (!mayHaveCommitted(error)) await this.imports.discard(received);
      throw error;
    }
  }

  private async runProcessor(
    job: Job,
    signal: AbortSignal,
    onProgress: (fraction: number) => void,
  ): Promise<Outcome> {
    const processor = this.registry.get(job.processor ?? '');
    const { blobKey, sizeBytes, filename, contentType } = await this.files.get(job.owner, job.fileId);
    const local = await this.blobs.local(blobKey);
    const sink = new ArtifactSink(job, this.blobs);
    try {
      if (local.sizeBytes !== sizeBytes) throw new BlobMissing();
      const input = { path: local.path, sizeBytes, filename, contentType, options: job.options };
      const result = await this.runner.run(processor, input, { signal, onProgress, onArtifact: sink.add });
      return { result, artifacts: sink.artifacts };
    } catch (error) {
      void sink.discard(); // its thread may go on for a while: the outcome does not wait
      throw error;
    } finally {
      await local.release();
    }
  }

  private progressReporter(job: Job, signal: AbortSignal): (fraction: number) => void {
    let reached = 0;
    let showAt = this.clock.now() + SHOW_PROGRESS_MS;
    let recordAt = this.clock.now() + RECORD_PROGRESS_MS;
    return (fraction) => {
      const now = this.clock.now();
      if (now < showAt || !(fraction > reached) || signal.aborted) return;
      reached = Math.min(fraction, 1);
      showAt = now + SHOW_PROGRESS_MS;
      this.lifecycle.showProgress(job, reached);
      if (now < recordAt) return;
      recordAt = now + RECORD_PROGRESS_MS;
      // Progress is a courtesy: a job does not fail because it could not be written down.
      this.lifecycle.recordProgress(job, reached).catch(() => {});
    };
  }
}
