import type { Kysely } from 'kysely';
import { fileMigrations } from '../../files/files.repository';
import { filesOf, storedFile } from '../../files/files.harness';
import { ManualClock } from '../../platform/clock/manual.clock';
import { Settings } from '../../platform/config/settings';
import type { Database } from '../../platform/database/database';
import { TestDatabase } from '../../platform/database/databases.harness';
import type { Job, JobState } from '../job';
import { jobWith } from '../jobs.harness';
import { jobMigrations } from '../jobs.migrations';
import { JobSettledHooks } from '../job-settled-hook';
import { JobsRepository } from '../jobs.repository';
import { TransitionsRepository } from './transitions.repository';
import { InMemoryLeases } from '../../platform/leases/in-memory.leases';
import { LeasedLeadership } from '../../platform/scheduling/leased.leadership';
import { KEPT_MS, TransitionsSweeper } from './transitions.sweeper';

function newJob(jobId: string, owner = 'ann', status: JobState = 'pending'): Job {
  return jobWith({ jobId, owner, status, createdAt: 1_000 });
}

describe('transitions', () => {
  let tests: TestDatabase;
  let database: Database;
  let jobs: JobsRepository;
  let transitions: TransitionsRepository;

  const open = async (migrations = jobMigrations) => {
    database = await tests.open({ ...fileMigrations, ...migrations });
    jobs = new JobsRepository(database, new JobSettledHooks());
    transitions = new TransitionsRepository(database);
  };
  const storeFile = () => database.transaction((queries) => filesOf(database).insert(queries, storedFile()));
  const insert = (job: Job) => database.transaction((queries) => jobs.insert(queries, job));
  const remove = (jobId: string) =>
    database.transaction((queries) => jobs.remove(queries, 'ann', jobId, 9_000));
  const told = async () =>
    (await transitions.after(0, 100)).map(({ jobId, type, attempt, at }) => [jobId, type, attempt, at]);

  /** Starts a job and fails it. */
  async function run(jobId: string, at: number): Promise<void> {
    const started = await database.transaction((queries) => jobs.start(queries, jobId, at));
    const problem = { type: 'x', title: 'x', status: 500, detail: 'x', code: 'x' };
    await database.transaction((queries) => jobs.fail(queries, started!, problem, at + 1));
  }
  const retry = (jobId: string, at: number) =>
    database.transaction((queries) => jobs.retry(queries, 'ann', jobId, at));

  beforeEach(async () => {
    tests = await TestDatabase.create();
  });
  afterEach(() => tests.remove());

  it('are written down with what they tell of, or neither is', async () => {
    await open();
    await storeFile();
    await insert(newJob('one'));
    await run('one', 2_000);
    const late = newJob('two');
    await expect(
      database.transaction(async (queries) => {
        await jobs.insert(queries, late);
        throw new Error('not after all');
      }),
    ).rejects.toThrow('not after all');
    await database.transaction((queries) => jobs.start(queries, 'one', 3_000)); // it has failed: nothing
    expect(await told()).toEqual([
      ['one', 'job.queued', 0, 1_000],
      ['one', 'job.started', 1, 2_000],
      ['one', 'job.failed', 1, 2_001],
    ]);
  });

  it('are found by owner and job, from any of them on', async () => {
    await open();
    await storeFile();
    for (const job of [newJob('one'), newJob('two', 'bob'), newJob('three')]) await insert(job);
    const [first] = await transitions.after(0, 1);
    const ids = async (...query: Parameters<TransitionsRepository['after']>) =>
      (await transitions.after(...query)).map(({ jobId }) => jobId);
    expect(await ids(0, 2)).toEqual(['one', 'two']);
    expect(await ids(0, 9, { owner: 'ann' })).toEqual(['one', 'three']);
    expect(await ids(first.seq, 9, { owner: 'ann' })).toEqual(['three']);
    expect(await ids(0, 9, { owner: 'bob', jobId: 'two' })).toEqual(['two']);
    expect(await transitions.last('ann', 'two')).toBeUndefined();
    expect(await transitions.highest()).toBe((await transitions.last('ann', 'three'))!.seq);
  });

  it('leave nothing of a deleted job but that it was deleted', async () => {
    await open();
    await storeFile();
    await insert(newJob('one'));
    await run('one', 2_000);
    await remove('one');
    await remove('one');
    expect(await told()).toEqual([['one', 'job.deleted', 1, 9_000]]);
  });

  it('are never given a number twice', async () => {
    await open();
    await storeFile();
    await insert(newJob('one'));
    const before = await transitions.highest();
    await remove('one');
    await transitions.prune(0, 10, Infinity);
    expect(await told()).toEqual([]);
    await insert(newJob('two'));
    expect(await transitions.highest()).toBe(before + 2);
  });

  it('are made up for jobs that were there before', async () => {
    const { '0005-job-transitions': added } = jobMigrations;
    await open();
    await storeFile();
    const states = ['pending', 'processing', 'completed', 'failed', 'cancelled'] as const;
    await database.transaction(async (queries) => {
      await queries.schema.dropTable('job_transitions').execute();
      for (const [i, status] of states.entries()) {
        const { jobId, owner, ...job } = newJob(`job-${i}`, 'ann', status);
        const finished_at = i < 2 ? null : 9_000 - i;
        const row = { job_id: jobId, owner, file_id: job.fileId, filename: 'a', processor: 'text', status };
        const rest = {
          progress: 0,
          attempt: i,
          artifacts: '[]',
          options: '{}',
          priority: 'normal' as const,
          created_at: 1_000,
          version: 1,
        };
        const none = { result: null, error: null, started_at: i === 0 ? null : 2_000 };
        await queries
          .insertInto('jobs')
          .values({ ...row, ...rest, ...none, finished_at })
          .execute();
      }
      await added.up(queries as Kysely<unknown>);
    });
    expect(await told()).toEqual([
      ['job-0', 'job.queued', 0, 1_000],
      ['job-1', 'job.started', 1, 2_000],
      ['job-4', 'job.cancelled', 4, 8_996],
      ['job-3', 'job.failed', 3, 8_997],
      ['job-2', 'job.completed', 2, 8_998],
    ]);
  });

  it('are swept when they are old, but for the last one of each job', async () => {
    await open();
    await storeFile();
    for (const id of ['one', 'two', 'gone']) await insert(newJob(id));
    await run('one', 2_000);
    await run('two', 2_000);
    await remove('gone');
    await retry('two', KEPT_MS + 5_000);
    const clock = new ManualClock(KEPT_MS + 9_000);
    const sweeper = new TransitionsSweeper(transitions, clock, new Settings());
    await sweeper.sweep();
    expect(await told()).toEqual([
      ['one', 'job.failed', 1, 2_001],
      ['gone', 'job.deleted', 0, 9_000],
      ['two', 'job.queued', 1, KEPT_MS + 5_000],
    ]);
    clock.advance(1);
    await sweeper.sweep();
    expect(await told()).toEqual([
      ['one', 'job.failed', 1, 2_001],
      ['two', 'job.queued', 1, KEPT_MS + 5_000],
    ]);
  });

  it('are swept by the clock until the service ends', async () => {
    await open();
    await storeFile();
    await insert(newJob('one'));
    await remove('one');
    const clock = new ManualClock(KEPT_MS + 9_001);
    const sweeper = new TransitionsSweeper(transitions, clock, new Settings());
    sweeper.start(new LeasedLeadership(new InMemoryLeases()));
    clock.advance(3_600_000);
    while ((await told()).length > 0) await new Promise((resolve) => setImmediate(resolve));
    await sweeper.stop();
    await insert(newJob('two'));
    await remove('two');
    clock.advance(24 * 3_600_000 + KEPT_MS);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await told()).toHaveLength(1);
  });
});
