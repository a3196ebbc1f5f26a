import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { Database, JobCompleted, JobsService, TaskQueue, type Job, type Owner } from 'filemill/plugin-api';
import { INDEX_SUBTITLES, type IndexSubtitles } from './index-subtitles.handler';
import { SubtitlesRepository, type CueHit } from './subtitles.repository';
import { SubtitlesSettings } from './subtitles.settings';

const PAGE = 500;

/**
 * Makes what the jobs found searchable.
 *
 * The event is a nudge: it is lost when the process dies between the end of the job and the listener. So it
 * only starts early what the next start would make good: that looks for jobs that are not indexed. Once the
 * task is enqueued, the service keeps the promise.
 */
@Injectable()
export class SubtitlesService implements OnApplicationBootstrap {
  constructor(
    private readonly index: SubtitlesRepository,
    private readonly jobs: JobsService,
    private readonly tasks: TaskQueue,
    private readonly database: Database,
    private readonly settings: SubtitlesSettings,
  ) {}

  search(owner: Owner, text: string): Promise<CueHit[]> {
    return this.index.search(owner, text, this.settings.SUBTITLES_SEARCH_LIMIT);
  }

  @OnEvent(JobCompleted.type)
  async onJobCompleted({ job }: JobCompleted): Promise<void> {
    if (job.processor === 'subtitles') await this.promiseIndexing([job]);
  }

  async onApplicationBootstrap(): Promise<void> {
    const filter = { processor: 'subtitles', status: 'completed', limit: PAGE } as const;
    let cursor: string | undefined;
    do {
      const { entries, next } = await this.jobs.listOfEveryone({ ...filter, cursor });
      const indexed = await this.index.indexedOf(entries.map(({ jobId }) => jobId));
      await this.promiseIndexing(entries.filter(({ jobId }) => !indexed.has(jobId)));
      cursor = next;
    } while (cursor !== undefined);
  }

  private async promiseIndexing(jobs: readonly Job[]): Promise<void> {
    if (jobs.length === 0) return;
    await this.database.transaction(async (queries) => {
      for (const { owner, jobId } of jobs) {
        const payload: IndexSubtitles = { owner, jobId };
        // An id of its own for each job: asked for twice, it is done once.
        await this.tasks.enqueue(queries, { id: `subtitles-${jobId}`, kind: INDEX_SUBTITLES, payload });
      }
    });
    this.tasks.nudge();
  }
}
