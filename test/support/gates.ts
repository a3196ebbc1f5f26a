import type { JobStatusDto } from '@app/jobs/jobs.dto';
import type { UploadResponseDto } from '@app/uploads/uploads.dto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client, UploadOptions } from './client';

/** A job of the `gated` processor: it holds its thread until its gate is opened. */
export interface GatedJob extends UploadResponseDto {
  readonly gate: string;
}

/** Makes jobs that run for as long as a test wants. */
export class Gates {
  private count = 0;

  constructor(
    private readonly client: Client,
    private readonly directory: string,
  ) {}

  /** A job that waits, or runs; `filename` says by its extension which processor. */
  async job(filename = 'a.gated', fields: UploadOptions['fields'] = {}): Promise<GatedJob> {
    const gate = this.gate(this.count++);
    return { ...(await this.client.upload(gate, { filename, fields })), gate };
  }

  async running(): Promise<GatedJob> {
    const job = await this.job();
    await this.client.running(job.job_id);
    return job;
  }

  /** As many running jobs as a test service has threads: whatever comes next has to wait. */
  async allThreads(): Promise<GatedJob[]> {
    return [await this.running(), await this.running()];
  }

  /** Lets every job go on, so that a service whose clock stands still can close. */
  releaseAll(): void {
    for (let i = 0; i < this.count; i++) writeFileSync(this.gate(i), '');
  }

  /** Lets a job go on; nobody waits for it. */
  release({ gate }: GatedJob): void {
    writeFileSync(gate, '');
  }

  async open(jobs: readonly GatedJob[]): Promise<JobStatusDto[]> {
    for (const job of jobs) this.release(job);
    return this.client.allSettled(jobs);
  }

  /** A job that a test service with the processor `rejecting` has completed or failed. */
  async ended(status: JobStatusDto['status']): Promise<JobStatusDto> {
    const filename = status === 'failed' ? 'x.rejecting' : 'x.txt';
    const { job_id } = await this.client.upload('x', { filename });
    return this.client.settled(job_id);
  }

  /** A job that was cancelled while it ran. */
  async cancelled(): Promise<JobStatusDto> {
    const { job_id } = await this.running();
    return (await this.client.act(job_id, 'cancel')).json<JobStatusDto>();
  }

  private gate(index: number): string {
    return join(this.directory, `gate-${index}`);
  }
}
