import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { Ids } from '../../platform/clock/ids';
import { BlobStore } from '../../platform/storage/blob-store';
import type { RecordedBlob } from '../../platform/storage/intact-bytes';
import type { Report } from '../report';
import { REPORTS } from '../reports.repository';
import { FiguresTally, type Figures } from './figures';
import { reportPage } from './report-page';
import { reportTable } from './report-table';
import { ReportedJobsRepository, type ReportedJob } from './reported-jobs.repository';

/** Jobs read at once: some milliseconds of the event loop. */
const PAGE = 1000;

/** Makes the file of a report. */
@Injectable()
export class ReportCompiler {
  constructor(
    private readonly jobs: ReportedJobsRepository,
    private readonly blobs: BlobStore,
    private readonly ids: Ids,
  ) {}

  /**
   * The figures of the jobs in the report's period that were made until `asOf`.
   *
   * @throws the reason of `signal`
   */
  async figures({ owner, from, to }: Report, asOf: number, signal: AbortSignal): Promise<Figures> {
    const isReported = ({ createdAt }: ReportedJob) =>
      createdAt >= (from ?? 0) && createdAt < (to ?? Infinity) && createdAt <= asOf;
    const tally = new FiguresTally();
    let cursor: string | undefined;
    for (;;) {
      signal.throwIfAborted();
      const page = await this.jobs.page(owner, PAGE, cursor);
      for (const job of page) if (isReported(job)) tally.add(job);
      const last = page.at(-1);
      // What comes in meanwhile is made later than what was there: it is not run after.
      if (!last || page.length < PAGE || page.every(({ createdAt }) => createdAt > asOf))
        return tally.figures();
      cursor = last.jobId;
      await setImmediate(); // requests go first: an embedded database answers without leaving the event loop
    }
  }

  /** Stores a report of these figures. Nobody owns the blob yet. @throws whatever the store or `signal` throws */
  async store(report: Report, figures: Figures, asOf: number, signal: AbortSignal): Promise<RecordedBlob> {
    const blobKey = `${REPORTS}/${this.ids.next()}`;
    const pieces = report.format === 'csv' ? reportTable(figures) : reportPage(report, figures, asOf);
    const hash = createHash('sha256');
    let sizeBytes = 0;
    async function* chunks(): AsyncGenerator<Buffer> {
      for (const piece of pieces) {
        signal.throwIfAborted();
        const chunk = Buffer.from(piece);
        hash.update(chunk);
        sizeBytes += chunk.length;
        yield chunk;
      }
    }
    await this.blobs.put(blobKey, chunks());
    return { blobKey, sizeBytes, sha256: hash.digest('hex') };
  }

  /** Lets go of what {@link store} made and nobody took. Never rejects: the sweep takes what stays. */
  async discard({ blobKey }: RecordedBlob): Promise<void> {
    await this.blobs.delete(blobKey).catch(() => {});
  }
}
