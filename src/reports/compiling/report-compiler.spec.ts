import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filesOf, storedFile } from '../../files/files.harness';
import { fileMigrations } from '../../files/files.repository';
import { jobWith } from '../../jobs/jobs.harness';
import { jobMigrations } from '../../jobs/jobs.migrations';
import { JobsRepository } from '../../jobs/jobs.repository';
import { JobSettledHooks } from '../../jobs/job-settled-hook';
import type { Job } from '../../jobs/job';
import { Ids } from '../../platform/clock/ids';
import { ManualClock } from '../../platform/clock/manual.clock';
import type { Database } from '../../platform/database/database';
import { TestDatabase } from '../../platform/database/databases.harness';
import { LocalBlobStore } from '../../platform/storage/local.blob-store';
import { ReportCompiler } from './report-compiler';
import { reportWith } from './report.harness';
import { ReportedJobsRepository } from './reported-jobs.repository';

const REASON = { type: '/docs/errors#x', title: 'X', status: 422, detail: 'x', code: 'x' };
const GOING_ON = new AbortController().signal;

describe('ReportCompiler', () => {
  let tests: TestDatabase;
  let database: Database;
  let directory: string;
  let jobs: JobsRepository;
  let compiler: ReportCompiler;
  const ids = new Ids(new ManualClock());

  beforeEach(async () => {
    tests = await TestDatabase.create();
    directory = mkdtempSync(join(tmpdir(), 'filemill-reports-'));
    database = await tests.open({ ...fileMigrations, ...jobMigrations });
    jobs = new JobsRepository(database, new JobSettledHooks());
    compiler = new ReportCompiler(new ReportedJobsRepository(database), new LocalBlobStore(directory), ids);
    await database.transaction((queries) => filesOf(database).insert(queries, storedFile()));
  });
  afterEach(async () => {
    await tests.remove();
    rmSync(directory, { recursive: true });
  });

  async function add(count: number, changes: Partial<Job> = {}): Promise<void> {
    await database.transaction(async (queries) => {
      for (let index = 0; index < count; index++)
        await jobs.insert(queries, jobWith({ jobId: ids.next(), createdAt: 1_000, ...changes }));
    });
  }

  it('counts the jobs of an owner on however many pages, each once', async () => {
    await add(1_500, { status: 'completed', startedAt: 1_000, finishedAt: 1_250 });
    await add(600, { status: 'failed', processor: 'pdf', error: REASON });
    await add(3, { status: 'completed', owner: 'bob' });
    const figures = await compiler.figures(reportWith(), 5_000, GOING_ON);
    expect(figures).toMatchObject({
      totals: { completed: 1_500, failed: 600, pending: 0, processing: 0, cancelled: 0 },
      sizeBytes: 2_100 * storedFile().sizeBytes,
      byProcessor: [
        { processor: 'text', processingMs: 375_000 },
        { processor: 'pdf', processingMs: 0 },
      ],
      byDay: [{ day: 0 }],
      reasons: [{ code: 'x', title: 'X', processor: 'pdf', jobs: 600 }],
    });
    expect(figures.slowest[0]).toMatchObject({
      filename: storedFile().filename,
      sizeBytes: storedFile().sizeBytes,
    });
  });

  it('counts those of the period, and none that came in after it began', async () => {
    for (const createdAt of [1_000, 2_000, 3_000, 4_000, 5_000]) await add(1, { createdAt });
    const of = async (from: number | null, to: number | null) =>
      (await compiler.figures(reportWith({ from, to }), 4_000, GOING_ON)).totals.pending;
    expect([
      await of(null, null),
      await of(2_000, null),
      await of(null, 2_000),
      await of(2_000, 9_000),
    ]).toEqual([4, 3, 1, 3]);
  });

  it('stops when it is told to', async () => {
    await add(1);
    const reason = new Error('stop');
    await expect(compiler.figures(reportWith(), 5_000, AbortSignal.abort(reason))).rejects.toBe(reason);
    const figures = await compiler.figures(reportWith(), 5_000, GOING_ON);
    const stored = compiler.store(reportWith(), figures, 5_000, AbortSignal.abort(reason));
    await expect(stored).rejects.toBe(reason);
  });
});
