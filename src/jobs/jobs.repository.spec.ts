import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileMigrations, FilesRepository } from '../files/files.repository';
import type { Database, Queries } from '../platform/database/database';
import { SqliteDatabase } from '../platform/database/sqlite.database';
import { JOB_STATUSES, TRANSITIONS, type Job, type JobState, type TransitionName } from './job';
import { jobMigrations, JobsRepository } from './jobs.repository';

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
  requeue: (jobs, queries, job) => jobs.requeue(queries, job),
  cancel: (jobs, queries, { owner, jobId }) => jobs.cancel(queries, owner, jobId, 3_000),
  retry: (jobs, queries, { owner, jobId }) => jobs.retry(queries, owner, jobId),
};

describe('JobsRepository', () => {
  let directory: string;
  const databases: SqliteDatabase[] = [];
  let database: SqliteDatabase;
  let jobs: JobsRepository;

  /** Another connection to the same file, as another process would have it. */
  async function open(): Promise<SqliteDatabase> {
    const opened = await SqliteDatabase.open(directory, { ...fileMigrations, ...jobMigrations });
    databases.push(opened);
    return opened;
  }

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'filemill-jobs-'));
    database = await open();
    jobs = new JobsRepository(database);
    await database.transaction((queries) => new FilesRepository(database).insert(queries, FILE));
  });
  afterEach(async () => {
    await Promise.all(databases.splice(0).map((opened) => opened.close()));
    rmSync(directory, { recursive: true });
  });

  const FILE = {
    fileId: 'file',
    owner: 'ann',
    blobKey: 'key',
    filename: 'a.txt',
    contentType: 'text/plain',
    sizeBytes: 1,
    sha256: 'x',
    description: null,
    category: null,
    tags: [],
    uploadedAt: 1_000,
  };
  const SETTLED = { startedAt: 1_500, finishedAt: 1_600 };
  const IN: Record<JobState, Partial<Job>> = {
    pending: { attempt: 3 },
    processing: { attempt: 3, startedAt: 1_500, progress: 0.5 },
    completed: { attempt: 3, ...SETTLED, progress: 1, result: { old: true } },
    failed: { attempt: 3, ...SETTLED, error: { ...PROBLEM, code: 'old' } },
    cancelled: { attempt: 3, ...SETTLED, progress: 0.5 },
  };

  async function jobIn(status: JobState, jobId = 'job'): Promise<Job> {
    const job: Job = {
      jobId,
      owner: 'ann',
      fileId: 'file',
      filename: 'a.txt',
      processor: 'text',
      artifacts: [],
      status,
      progress: 0,
      attempt: 0,
      result: null,
      error: null,
      createdAt: 1_000,
      startedAt: null,
      finishedAt: null,
      version: 7,
      ...IN[status],
    };
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
      const requeued = await database.transaction((queries) => jobs.requeue(queries, { jobId: 'job' }));
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
      expect(await database.transaction((queries) => jobs.remove(queries, 'bob', 'job'))).toBeUndefined();
      expect(await stored()).toEqual(job);
    });
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
        await jobs.remove(queries, 'ann', jobId);
        return jobs.removeUnusedFile(queries, 'file');
      });
    expect(await remove('one')).toBeUndefined();
    expect(await remove('two')).toBe('key');
    expect(await remove('two')).toBeUndefined();
  });
});
