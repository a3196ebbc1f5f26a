import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { FilesService } from '../files/files.service';
import type { Outcome } from '../jobs/artifact';
import type { Job } from '../jobs/job';
import { JobLifecycle } from '../jobs/job-lifecycle';
import { JobCancelled, JobDeleted } from '../jobs/jobs.events';
import { Clock } from '../platform/clock/clock';
import { BlobStore } from '../platform/storage/blob-store';
import { BlobMissing } from '../platform/storage/storage.errors';
import { TaskQueue } from '../platform/tasks/task-queue';
import { UploadCompleted } from '../uploads/uploads.events';
import { ArtifactSink } from './artifact-sink';
import { ProcessorPool } from './processor-pool';
import { ProcessorRegistry } from './processor-registry';

/** Progress is written down at most this often for a job. */
const PROGRESS_MS = 1_000;

/** The owner cancelled or deleted the job while it ran. */
export class JobStopped extends Error {}

/** Gets jobs going when files arrive, and runs their processors. */
@Injectable()
export class ProcessingService {
  private readonly running = new Map<string, AbortController>();

  constructor(
    private readonly files: FilesService,
    private readonly blobs: BlobStore,
    private readonly registry: ProcessorRegistry,
    private readonly pool: ProcessorPool,
    private readonly lifecycle: JobLifecycle,
    private readonly tasks: TaskQueue,
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
    this.running.get(job.jobId)?.abort(new JobStopped(`Job ${job.jobId} was cancelled or deleted.`));
  }

  /**
   * Runs the job's processor on its file.
   *
   * @returns the result, with `processing_time`, and artifacts that nobody owns yet
   * @throws what {@link ProcessorPool.run} throws · BlobMissing · JobStopped
   */
  async process(job: Job, signal: AbortSignal): Promise<Outcome> {
    const controller = new AbortController();
    const onAbort = () => controller.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    this.running.set(job.jobId, controller);
    try {
      return await this.runProcessor(job, controller.signal);
    } finally {
      if (this.running.get(job.jobId) === controller) this.running.delete(job.jobId);
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Deletes what a run stored that nobody came to own; what cannot be deleted is swept later. */
  async discard({ artifacts }: Outcome): Promise<void> {
    await Promise.allSettled(artifacts.map(({ blobKey }) => this.blobs.delete(blobKey)));
  }

  private async runProcessor(job: Job, signal: AbortSignal): Promise<Outcome> {
    const processor = this.registry.get(job.processor);
    const { blobKey, sizeBytes, filename, contentType } = await this.files.get(job.owner, job.fileId);
    if ((await this.blobs.size(blobKey)) !== sizeBytes) throw new BlobMissing();
    const local = await this.blobs.local(blobKey);
    const sink = new ArtifactSink(job, this.blobs);
    try {
      const input = { path: local.path, sizeBytes, filename, contentType };
      const onProgress = this.progressRecorder(job);
      const result = await this.pool.run(processor, input, { signal, onProgress, onArtifact: sink.add });
      return { result, artifacts: sink.artifacts };
    } catch (error) {
      void sink.discard(); // its thread may go on for a while: the outcome does not wait
      throw error;
    } finally {
      await local.release();
    }
  }

  private progressRecorder(job: Job): (fraction: number) => void {
    let nextAt = this.clock.now() + PROGRESS_MS;
    return (fraction) => {
      const now = this.clock.now();
      if (now < nextAt) return;
      nextAt = now + PROGRESS_MS;
      // Progress is a courtesy: a job does not fail because it could not be shown.
      this.lifecycle.reportProgress(job, Math.min(Math.max(fraction, 0), 1)).catch(() => {});
    };
  }
}
