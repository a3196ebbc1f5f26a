import { Injectable } from '@nestjs/common';
import {
  Database,
  FileNotFound,
  FilesService,
  JobNotFound,
  JobsService,
  TaskHandler,
  type Job,
  type RunningTask,
} from 'filemill/plugin-api';
import type { Readable } from 'node:stream';
import { formatOf } from './cue';
import { plainText } from './cue-markup';
import { readCues } from './cue-reader';
import { SubtitlesRepository, type IndexedCue } from './subtitles.repository';

export const INDEX_SUBTITLES = 'subtitles.index';

export interface IndexSubtitles {
  readonly owner: string;
  readonly jobId: string;
}

/** Transactions wait for each other, so each is short. */
const BATCH = 500;

/** Enters the cues of a job. May be run again after a crash at any point: what is there stays. */
@Injectable()
export class IndexSubtitlesHandler extends TaskHandler<IndexSubtitles> {
  override readonly kind = INDEX_SUBTITLES;
  override readonly concurrency = 1;

  constructor(
    private readonly index: SubtitlesRepository,
    private readonly jobs: JobsService,
    private readonly files: FilesService,
    private readonly database: Database,
  ) {
    super();
  }

  override async run(task: RunningTask<IndexSubtitles>): Promise<void> {
    const found = await this.open(task.payload);
    if (!found) return;
    let batch: IndexedCue[] = [];
    for await (const cue of indexedCues(found.job, found.bytes)) {
      batch.push(cue);
      if (batch.length < BATCH) continue;
      task.signal.throwIfAborted();
      await this.database.transaction((queries) => this.index.addCues(queries, batch));
      batch = [];
    }
    await this.database.transaction(async (queries) => {
      await this.index.addCues(queries, batch);
      await this.index.markIndexed(queries, found.job);
      await task.complete(queries);
    });
  }

  /** Undefined when the job was deleted in the meantime. */
  private async open({ owner, jobId }: IndexSubtitles): Promise<{ job: Job; bytes: Readable } | undefined> {
    try {
      const job = await this.jobs.get(owner, jobId);
      const file = await this.files.get(owner, job.fileId);
      return { job, bytes: await this.files.read(file) };
    } catch (error) {
      if (error instanceof JobNotFound || error instanceof FileNotFound) return undefined;
      throw error;
    }
  }
}

async function* indexedCues({ jobId, filename }: Job, bytes: Readable): AsyncGenerator<IndexedCue> {
  const format = formatOf(filename);
  let position = 0;
  for await (const { startMs, text } of readCues(bytes, format)) {
    yield { jobId, position: ++position, startMs, text: plainText(text, format).replaceAll('\n', ' ') };
  }
}
