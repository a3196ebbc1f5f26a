import type { JobStatusDto } from '@app/jobs/jobs.dto';
import { ManualClock } from '@app/platform/clock/manual.clock';
import { BlobSweeper } from '@app/platform/storage/blob.sweeper';
import { startApp, type TestApp } from './support/app';
import { Client, waitFor } from './support/client';
import { LARGE_FILES } from './support/large-files';
import { streamedUpload } from './support/streamed-upload';
import { traces } from './support/traces';

const PROMISED_MS = 1_000;

describe('a job that is cancelled while it is processed, in the only thread', () => {
  let clock: ManualClock;
  let service: TestApp;
  let client: Client;
  beforeEach(async () => {
    clock = new ManualClock(Date.now());
    const environment = {
      PROCESSING_CONCURRENCY: '1',
      MAX_FILE_SIZE_BYTES: '2000000000',
      JOB_TIMEOUT_SECONDS: '1000000', // of a clock that the test moves
      SWEEP_GRACE_SECONDS: '0',
    };
    service = await startApp({ clock, environment });
    client = new Client(service.url);
  });
  afterEach(() => service.close());

  /** Progress is written down each second: the time passes until there is some. */
  const halfWay = (jobId: string): Promise<JobStatusDto> =>
    client.jobWhen(jobId, ({ progress }) => {
      clock.advance(1_001);
      return progress > 0;
    });

  async function timed(work: () => Promise<unknown>): Promise<number> {
    const startedAt = performance.now();
    await work();
    return performance.now() - startedAt;
  }

  it('is tried with every processor that comes with the service', async () => {
    const processors = (await client.send('/processors')).ok().json<{ name: string }[]>();
    expect(LARGE_FILES.map(({ processor }) => processor).toSorted()).toEqual(
      processors.map(({ name }) => name).toSorted(),
    );
  });

  it.each(LARGE_FILES)(
    'by $processor is let go within a second, and stays cancelled',
    async ({ processor, filename, pieces }) => {
      const { body: upload } = await streamedUpload(service.url, filename, await pieces(1));
      const { job_id, file_id } = upload;
      expect(await halfWay(job_id)).toMatchObject({ status: 'processing', processor });

      const next = await client.upload('next in line');
      const answered = await timed(async () => {
        expect((await client.act(job_id, 'cancel')).ok().json()).toMatchObject({ status: 'cancelled' });
      });
      const freed = answered + (await timed(() => client.settled(next.job_id)));
      expect(await client.job(next.job_id)).toMatchObject({ status: 'completed' });
      expect(answered).toBeLessThan(PROMISED_MS);

      // The thread is free for the next one long before another run of the same file would be at its end, however
      // slow the machine. That is also time enough for whatever the cancelled run might still do.
      const again = await client.createJob(file_id);
      const whole = await timed(() => client.settled(again.job_id));
      expect(freed).toBeLessThan(whole / 2);
      expect(await client.job(job_id)).toMatchObject({ status: 'cancelled', result: null, artifacts: [] });
      await waitFor(async () => (await service.app.get(BlobSweeper).sweep()).orphans === 0);
      const { blobs, unfinished } = await traces(service);
      expect(unfinished).toEqual([]);
      expect(blobs.filter((path) => path.includes(job_id))).toEqual([]);
    },
  );
});
