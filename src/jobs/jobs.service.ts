import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { FileTypes } from '../files/file-types';
import type { AnnouncedFile, StoredFile } from '../files/files.repository';
import { FilesService } from '../files/files.service';
import { PURGE_BLOBS, type PurgeBlobs } from '../files/purge-blobs.handler';
import { Clock } from '../platform/clock/clock';
import { Ids } from '../platform/clock/ids';
import { Database, type Alongside, type Queries } from '../platform/database/database';
import { EventBus } from '../platform/events/event-bus';
import type { Owner } from '../platform/http/caller.decorator';
import type { Page } from '../platform/http/page.dto';
import { BlobStore, type ByteRange } from '../platform/storage/blob-store';
import { readIntact } from '../platform/storage/intact-bytes';
import { TaskQueue } from '../platform/tasks/task-queue';
import type { Artifact } from './artifact';
import { chooseProcessor, type Assignment, type ProcessingWish } from './choose-processor';
import { isSettled, type ImportSource, type Job } from './job';
import type { JobFields } from './job-fields.dto';
import { JobWishes, type Wishes } from './job-wishes';
import {
  ArtifactNotFound,
  JobNotFound,
  JobNotRetryable,
  JobSettled,
  NoResult,
  ResultNotReady,
} from './jobs.errors';
import { JobCancelled, JobDeleted, JobQueued } from './jobs.events';
import { JobsRepository, type JobFilter } from './jobs.repository';
import { IMPORT_JOB, PROCESS_JOB, type ProcessJob } from './jobs.tasks';

export interface DeletedJob {
  readonly job: Job;
  /** Whether this was the last job of the file, so that the file went with it. */
  readonly fileDeleted: boolean;
}

/** What owners do with their jobs. The worker's side is `JobLifecycle`. */
@Injectable()
export class JobsService {
  constructor(
    private readonly jobs: JobsRepository,
    private readonly files: FilesService,
    private readonly fileTypes: FileTypes,
    private readonly database: Database,
    private readonly blobs: BlobStore,
    private readonly wishes: JobWishes,
    private readonly tasks: TaskQueue,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /**
   * Adds a job for a file, and the task that processes it, in the caller's transaction. The caller
   * announces it once that is durable.
   */
  async create(queries: Queries, file: StoredFile, assignment: Assignment, wishes: Wishes): Promise<Job> {
    const job = this.newJob(file, { ...assignment, ...wishes, source: null });
    await this.jobs.insert(queries, job);
    await this.enqueue(queries, job);
    return job;
  }

  /** Adds a job for a file that is still to be fetched, in the same way. */
  async createImport(
    queries: Queries,
    file: AnnouncedFile,
    source: ImportSource,
    wishes: Wishes,
  ): Promise<Job> {
    const job = this.newJob(file, { processor: null, options: {}, ...wishes, source });
    await this.jobs.insert(queries, job);
    await this.enqueue(queries, job);
    return job;
  }

  /** Tells those who follow jobs of a new one. */
  announce(job: Job): void {
    this.events.publish(new JobQueued(job));
  }

  /**
   * Processes a stored file again, or with another processor.
   *
   * @throws FileNotFound · ProcessorNotApplicable · ValidationFailed · UrlNotAllowed
   */
  async createForFile(
    owner: Owner,
    fileId: string,
    wish: ProcessingWish & JobFields,
    alongside: Alongside<Job> = async () => {},
  ): Promise<Job> {
    const wishes = this.wishes.read(wish);
    const job = await this.database.transaction(async (queries) => {
      const file = await this.files.get(owner, fileId, queries);
      const fitting = this.fileTypes.processorsFor(file.filename);
      const created = await this.create(queries, file, chooseProcessor(wish, file.filename, fitting), wishes);
      await alongside(queries, created);
      return created;
    });
    this.announce(job);
    this.tasks.nudge();
    return job;
  }

  list(owner: Owner, filter: JobFilter): Promise<Page<Job>> {
    return this.jobs.list(owner, filter);
  }

  /**
   * The jobs of all owners, for work of the service itself, such as making good at start-up what a lost event
   * left undone, and for administrators. Never for another answer: an owner sees only what is theirs.
   */
  listOfEveryone(filter: JobFilter): Promise<Page<Job>> {
    return this.jobs.listOfEveryone(filter);
  }

  /** Whose a job is, for administrators; undefined when there is no such job. */
  async ownerOf(jobId: string): Promise<Owner | undefined> {
    const [job] = await this.jobs.findAll([jobId]);
    return job?.owner;
  }

  /** @throws JobNotFound */
  async get(owner: Owner, jobId: string): Promise<Job> {
    const job = await this.jobs.find(owner, jobId);
    if (!job) throw new JobNotFound(jobId);
    return job;
  }

  /** @throws JobNotFound · ResultNotReady · NoResult */
  async result(owner: Owner, jobId: string): Promise<object> {
    const job = await this.get(owner, jobId);
    if (!isSettled(job.status)) throw new ResultNotReady(job);
    if (!job.result) throw new NoResult(job);
    return job.result;
  }

  /** @throws JobNotFound · ArtifactNotFound */
  async artifact(owner: Owner, jobId: string, name: string): Promise<{ job: Job; artifact: Artifact }> {
    const job = await this.get(owner, jobId);
    const artifact = job.artifacts.find((candidate) => candidate.name === name);
    if (!artifact) throw new ArtifactNotFound(job, name);
    return { job, artifact };
  }

  /** The bytes of an artifact, or those of `range`. @throws BlobMissing when they are not what was stored */
  readArtifact(artifact: Artifact, range?: ByteRange): Promise<Readable> {
    return readIntact(this.blobs, artifact, range);
  }

  /** @throws JobNotFound · JobSettled */
  async cancel(owner: Owner, jobId: string): Promise<Job> {
    const cancelled = await this.database.transaction(async (queries) => {
      const job = await this.jobs.cancel(queries, owner, jobId, this.clock.now());
      if (job) await this.tasks.revoke(queries, jobId);
      return job;
    });
    if (!cancelled) throw new JobSettled(await this.get(owner, jobId));
    this.events.publish(new JobCancelled(cancelled));
    return cancelled;
  }

  /** @throws JobNotFound · JobNotRetryable */
  async retry(owner: Owner, jobId: string): Promise<Job> {
    const queued = await this.database.transaction(async (queries) => {
      const job = await this.jobs.retry(queries, owner, jobId, this.clock.now());
      if (job) await this.enqueue(queries, job);
      return job;
    });
    if (!queued) throw new JobNotRetryable(await this.get(owner, jobId));
    this.announce(queued);
    this.tasks.nudge();
    return queued;
  }

  /** Deletes a job in whatever state, and its file when no other job has it. @throws JobNotFound */
  async delete(owner: Owner, jobId: string): Promise<DeletedJob> {
    const deleted = await this.database.transaction(async (queries) => {
      const job = await this.jobs.remove(queries, owner, jobId, this.clock.now());
      if (!job) throw new JobNotFound(jobId);
      await this.tasks.revoke(queries, jobId);
      const file = await this.jobs.removeUnusedFile(queries, job.fileId);
      const keys = [
        ...job.artifacts.map((artifact) => artifact.blobKey),
        ...(file?.blobKey ? [file.blobKey] : []),
      ];
      if (keys.length > 0) await this.purge(queries, { keys });
      return { job, fileDeleted: file !== undefined };
    });
    this.events.publish(new JobDeleted(deleted.job));
    this.tasks.nudge();
    return deleted;
  }

  private enqueue(queries: Queries, { jobId, owner, priority, source }: Job): Promise<void> {
    const payload: ProcessJob = { jobId };
    return this.tasks.enqueue(queries, {
      id: jobId,
      kind: source ? IMPORT_JOB : PROCESS_JOB,
      owner,
      priority,
      payload,
    });
  }

  private purge(queries: Queries, payload: PurgeBlobs): Promise<void> {
    return this.tasks.enqueue(queries, { kind: PURGE_BLOBS, payload });
  }

  private newJob(
    { owner, fileId, filename, expiresAt }: AnnouncedFile,
    how: Pick<Job, 'processor' | 'options' | 'source'> & Wishes,
  ): Job {
    return {
      jobId: this.ids.next(),
      owner,
      fileId,
      filename,
      ...how,
      status: 'pending',
      progress: 0,
      attempt: 0,
      result: null,
      error: null,
      artifacts: [],
      createdAt: this.clock.now(),
      startedAt: null,
      finishedAt: null,
      expiresAt,
      version: 1,
    };
  }
}
