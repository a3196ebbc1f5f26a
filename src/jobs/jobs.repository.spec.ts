import { fileMigrations } from '../files/files.repository';
import { FEW } from '../files/few-files';
import { filesOf, storedFile } from '../files/files.harness';
import type { Database, Queries } from '../platform/database/database';
import { TestDatabase } from '../platform/database/databases.harness';
import { JOB_STATUSES, TRANSITIONS, type Job, type JobState, type TransitionName } from './job';
import { jobWith } from './jobs.harness';
import { jobMigrations } from './jobs.migrations';
import { JobSettledHooks } from './job-settled-hook';
import { JobsRepository } from './jobs.repository';

const PROBLEM = { type: '/docs/errors#x', title: 'X', status: 422, detail: 'x', code: 'x' };
const NAMES = Object.keys(TRANSITIONS) as TransitionName[];

/** How each transition is asked for: by the worker of a start, or by the owner. */
const ASK: Record<
  TransitionName,
  (jobs: JobsRepository, queries: Queries, job: Job) => Promise<Job | undefined>
> = {
  start: (jobs, queries, { jobId }) => jobs.start(queries, jobId, 2_000),
  complete: (jobs, queries, job) =>
    jobs.complete(queries, job, { result: { ok: true }, artifacts: [] }, 3_000),
  fail: (jobs, queries, job) => jobs.fail(queries, job, PROBLEM, 3_000),
  requeue: (jobs, queries, job) => jobs.requeue(queries, job, 3_000),
  cancel: (jobs, queries, { owner, jobId }) => jobs.cancel(queries, owner, jobId, 3_000),
  retry: (jobs, queries, { owner, jobId }) => jobs.retry(queries, owner, jobId, 3_000),
};

describe('JobsRepository', () => {
  let tests: TestDatabase;
  let database: Database;
  let jobs: JobsRepository;

  /** As another process would have it. */
  const open = () => tests.open({ ...fileMigrations, ...jobMigrations });

  beforeEach(async () => {
    tests = await TestDatabase.create();
    database = await open();
    jobs = new JobsRepository(database, new JobSettledHooks());
    await database.transaction((queries) => filesOf(database).insert(queries, storedFile()));
  });
  afterEach(() => tests.remove());

  const SETTLED = { startedAt: 1_500, finishedAt: 1_600 };
  const IN: Record<JobState, Partial<Job>> = {
    pending: { attempt: 3 },
    processing: { attempt: 3, startedAt: 1_500, progress: 0.5 },
    completed: { attempt: 3, ...SETTLED, progress: 1, result: { old: true } },
    failed: { attempt: 3, ...SETTLED, error: { ...PROBLEM, code: 'old' } },
    cancelled: { attempt: 3, ...SETTLED, progress: 0.5 },
  };

  async function jobIn(status: JobState, jobId = 'job'): Promise<Job> {
    const job = jobWith({ jobId, status, createdAt: 1_000, version: 7, ...IN[status] });
    await database.transaction((queries) => jobs.insert(queries, job));
    return job;
  }

  const ask = (name: TransitionName, job: Job, on: Database = database) =>
    on.transaction((queries) => ASK[name](jobs, queries, job));
  const stored = (jobId = 'job') => jobs.find('ann', jobId);

  describe.each(NAMES)('%s', (name) => {
    const { from, to } = TRANSITIONS[name];
    const allowed: readonly JobState[] = from;

    it.each(JOB_STATUSES.filter((status) => allowed.includes(status)))('leads from %s on', async (status) => {
      const job = await jobIn(status);
      const changed = await ask(name, job);
      expect(changed).toMatchObject({ jobId: 'job', status: to, version: 8 });
      expect(changed!.attempt).toBe(name === 'start' ? 4 : 3);
      expect(await stored()).toEqual(changed);
    });

    it.each(JOB_STATUSES.filter((status) => !allowed.includes(status)))(
      'changes nothing from %s',
      async (status) => {
        const job = await jobIn(status);
        expect(await ask(name, job)).toBeUndefined();
        expect(await stored()).toEqual(job);
      },
    );

    it('changes nothing when there is no such job', async () => {
      const job = await jobIn(allowed[0]);
      expect(await ask(name, { ...job, jobId: 'other' })).toBeUndefined();
      expect(await stored()).toEqual(job);
    });

    it('is granted once to many who ask at the same time', async () => {
      const job = await jobIn(allowed[0]);
      const granted = await Promise.all(Array.from({ length: 10 }, () => ask(name, job)));
      expect(granted.filter(Boolean)).toHaveLength(1);
      expect((await stored())!.version).toBe(8);
    });

    it('is granted once to many who ask through different connections', async () => {
      const job = await jobIn(allowed[0]);
      const others = [database, await open(), await open()];
      const granted = await Promise.all(others.map((other) => ask(name, job, other)));
      expect(granted.filter(Boolean)).toHaveLength(1);
      expect((await stored())!.version).toBe(8);
    });
  });

  it.each([
    [
      'complete',
      {
        status: 'completed',
        progress: 1,
        result: { ok: true },
        artifacts: [],
        error: null,
        finishedAt: 3_000,
      },
    ],
    ['fail', { status: 'failed', progress: 0.5, result: null, error: PROBLEM, finishedAt: 3_000 }],
    ['cancel', { status: 'cancelled', result: null, error: null, startedAt: 1_500, finishedAt: 3_000 }],
    [
      'requeue',
      { status: 'pending', progress: 0, result: null, error: null, startedAt: null, finishedAt: null },
    ],
  ] as const)('%s records what came of a run', async (name, outcome) => {
    expect(await ask(name, await jobIn('processing'))).toMatchObject(outcome);
  });

  it.each(['failed', 'cancelled'] as const)('retry forgets how a %s job ended', async (status) => {
    const undone = { progress: 0, result: null, error: null, startedAt: null, finishedAt: null };
    expect(await ask('retry', await jobIn(status))).toMatchObject(undone);
  });

  describe('the fence', () => {
    it.each(['complete', 'fail', 'requeue'] as const)('refuses %s by an earlier start', async (name) => {
      const late = await jobIn('processing');
      await ask('requeue', late);
      const started = await ask('start', late);
      expect(await ask(name, late)).toBeUndefined();
      expect(await stored()).toEqual(started);
      expect(await ask(name, started!)).toMatchObject({ attempt: 4, version: 10 });
    });

    it('refuses the progress of an earlier start, of a job that has ended, and any that goes back', async () => {
      const report = (job: Job, progress: number) =>
        database.transaction((queries) => jobs.reportProgress(queries, job, progress));
      const late = await jobIn('processing');
      expect(await report(late, 0.6)).toMatchObject({ progress: 0.6, version: 8 });
      expect(await report(late, 0.6)).toBeUndefined();
      expect(await report(late, 0.4)).toBeUndefined();
      await ask('requeue', late);
      expect(await report(late, 0.9)).toBeUndefined();
      const started = await ask('start', late);
      expect(await report(late, 0.9)).toBeUndefined();
      await ask('complete', started!);
      expect(await report(started!, 0.95)).toBeUndefined();
    });

    it('lets whoever holds the task take over from any start', async () => {
      await jobIn('processing');
      const requeued = await database.transaction((queries) =>
        jobs.requeue(queries, { jobId: 'job' }, 3_000),
      );
      expect(requeued).toMatchObject({ status: 'pending', attempt: 3 });
    });
  });

  describe('somebody else', () => {
    it.each(['cancel', 'retry'] as const)('may not %s', async (name) => {
      const job = await jobIn(TRANSITIONS[name].from[0]);
      expect(await ask(name, { ...job, owner: 'bob' })).toBeUndefined();
      expect(await stored()).toEqual(job);
    });

    it('sees nothing and removes nothing', async () => {
      const job = await jobIn('completed');
      expect(await jobs.find('bob', 'job')).toBeUndefined();
      expect(await jobs.list('bob', { limit: 10 })).toEqual({ entries: [] });
      expect(
        await database.transaction((queries) => jobs.remove(queries, 'bob', 'job', 3_000)),
      ).toBeUndefined();
      expect(await stored()).toEqual(job);
    });
  });

  it('lists the jobs of everyone for the service itself, page by page', async () => {
    const ids = ['job-1', 'job-2', 'job-3'];
    for (const jobId of ids) await jobIn('completed', jobId);
    await jobIn('failed', 'job-4');
    await database.transaction((queries) =>
      queries.updateTable('jobs').set({ owner: 'bob' }).where('job_id', '=', 'job-2').execute(),
    );
    const filter = { status: 'completed', limit: 2 } as const;
    const { entries, next } = await jobs.listOfEveryone(filter);
    expect(entries.map(({ jobId, owner }) => [jobId, owner])).toEqual([
      ['job-3', 'ann'],
      ['job-2', 'bob'],
    ]);
    const rest = await jobs.listOfEveryone({ ...filter, cursor: next });
    expect(rest.entries.map(({ jobId }) => jobId)).toEqual(['job-1']);
    expect(rest.next).toBeUndefined();
  });

  it('lets one of two different transitions win', async () => {
    const pairs: [TransitionName, TransitionName, JobState][] = [
      ['complete', 'cancel', 'processing'],
      ['fail', 'cancel', 'processing'],
      ['requeue', 'complete', 'processing'],
      ['start', 'cancel', 'pending'],
    ];
    const other = await open();
    for (const [index, [one, two, status]] of pairs.entries()) {
      const job = await jobIn(status, `job-${index}`);
      const [first, second] = await Promise.all([ask(one, job), ask(two, job, other)]);
      const now = await stored(job.jobId);
      // Cancel also ends what was started or requeued in between; nothing else follows upon the other.
      const order = [first, second].filter(Boolean).length;
      expect(order).toBe(now!.version - 7);
      expect(order === 1 || ['start', 'requeue'].includes(one)).toBe(true);
    }
  });

  it('removes a file with its last job, not before', async () => {
    await jobIn('completed', 'one');
    await jobIn('pending', 'two');
    const remove = (jobId: string) =>
      database.transaction(async (queries) => {
        await jobs.remove(queries, 'ann', jobId, 3_000);
        return jobs.removeUnusedFile(queries, 'file');
      });
    expect(await remove('one')).toBeUndefined();
    expect(await remove('two')).toEqual({ blobKey: 'key' });
    expect(await remove('two')).toBeUndefined();
  });

  describe('lists jobs by what was said of their files', () => {
    /** Each with a file of its own; those of Bob have the same tag and category. */
    async function jobsOf(owner: string, count: number): Promise<string[]> {
      const said = { owner, tags: ['asked', 'other'], category: 'asked' };
      const ids = Array.from({ length: count }, (_, i) => `${owner}-${String(i).padStart(4, '0')}`);
      await database.transaction(async (queries) => {
        for (const id of ids) {
          await filesOf(database).insert(queries, storedFile({ fileId: id, blobKey: id, ...said }));
          await jobs.insert(queries, jobWith({ jobId: id, fileId: id, owner }));
        }
      });
      return ids.toReversed();
    }

    it.each([
      ['few', 3],
      ['many', FEW + 3],
    ])('when %s have it', async (_, count) => {
      await jobIn('pending', 'ann-of-another-file');
      await jobsOf('bob', 2);
      const expected = await jobsOf('ann', count);
      for (const filter of [{ tag: 'asked' }, { category: 'asked' }, { tag: 'other', category: 'asked' }]) {
        const first = await jobs.list('ann', { ...filter, limit: 2 });
        const second = await jobs.list('ann', { ...filter, limit: 1000, cursor: first.next });
        expect([...first.entries, ...second.entries].map(({ jobId }) => jobId)).toEqual(expected);
        expect(await jobs.list('cid', { ...filter, limit: 2 })).toEqual({ entries: [] });
      }
    });
  });
});
