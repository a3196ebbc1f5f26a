import { fileMigrations } from '../files/files.repository';
import { filesOf, storedFile } from '../files/files.harness';
import { Ids } from '../platform/clock/ids';
import { ManualClock } from '../platform/clock/manual.clock';
import type { Database, Queries } from '../platform/database/database';
import { TestDatabase } from '../platform/database/databases.harness';
import { EventBus, type DomainEvent } from '../platform/events/event-bus';
import { EmbeddedTaskQueue } from '../platform/tasks/embedded.task-queue';
import { LeaseLost, TaskHandler, type RunningTask } from '../platform/tasks/task-handler';
import { taskMigrations } from '../platform/tasks/tasks.migrations';
import { TasksRepository } from '../platform/tasks/tasks.repository';
import type { Job, JobState } from './job';
import { JobLifecycle } from './job-lifecycle';
import { jobWith } from './jobs.harness';
import { jobMigrations } from './jobs.migrations';
import { JobSettledHooks } from './job-settled-hook';
import { JobsRepository } from './jobs.repository';
import { PROCESS_JOB, type ProcessJob } from './jobs.tasks';

const LEASE_MS = 30_000;
const PROBLEM = { type: '/docs/errors#x', title: 'X', status: 500, detail: 'x', code: 'x' };

class RecordedEvents extends EventBus {
  readonly types: string[] = [];
  override publish({ type }: DomainEvent): void {
    this.types.push(type);
  }
}

/** Hands its tasks to the test and ends when the test says so. */
class HandedOut extends TaskHandler<ProcessJob> {
  override readonly kind = PROCESS_JOB;
  override readonly concurrency = 1;
  override readonly maxAttempts = 2;
  private hand!: (task: RunningTask<ProcessJob>) => void;
  readonly task = new Promise<RunningTask<ProcessJob>>((resolve) => (this.hand = resolve));
  release!: () => void;
  private readonly released = new Promise<void>((resolve) => (this.release = resolve));

  override async run(task: RunningTask<ProcessJob>): Promise<void> {
    this.hand(task);
    await this.released;
    throw new LeaseLost(task.id); // what the test has not recorded stays as it is
  }
  override abandon(task: RunningTask<ProcessJob>): Promise<void> {
    return this.run(task);
  }
}

const outcome = (result: object) => ({ result, artifacts: [] });

describe('JobLifecycle', () => {
  let tests: TestDatabase;
  let database: Database;
  let clock: ManualClock;
  let jobs: JobsRepository;
  let events: RecordedEvents;
  let lifecycle: JobLifecycle;
  const ends: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    tests = await TestDatabase.create();
    database = await tests.open({
      ...taskMigrations,
      ...fileMigrations,
      ...jobMigrations,
    });
    clock = new ManualClock();
    jobs = new JobsRepository(database, new JobSettledHooks());
    events = new RecordedEvents();
    lifecycle = new JobLifecycle(jobs, filesOf(database), database, events, clock);
  });
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
    await tests.remove();
  });

  const queue = () =>
    new EmbeddedTaskQueue(database, new TasksRepository(), clock, new Ids(clock), {
      leaseMs: LEASE_MS,
      random: () => 0,
    });

  /** A runner that takes the task of the job. */
  async function taken(): Promise<RunningTask<ProcessJob>> {
    const handler = new HandedOut();
    const runner = queue();
    await runner.start([handler]);
    ends.push(async () => {
      handler.release();
      await runner.drain(0);
    });
    return handler.task;
  }

  async function jobWithTask(status: JobState = 'pending', attempt = 0): Promise<void> {
    await database.transaction(async (queries) => {
      await filesOf(database).insert(queries, storedFile());
      await jobs.insert(queries, jobWith({ status, attempt }));
      await enqueue(queries);
    });
  }

  /** In place of a task that runs, this takes the lease from its worker. */
  const enqueue = (queries: Queries) =>
    queue().enqueue(queries, { id: 'job', kind: PROCESS_JOB, payload: { jobId: 'job' } });

  const job = () => jobs.find('ann', 'job');
  const counts = () => queue().counts();

  it('completes job and task together, and tells after the commit', async () => {
    await jobWithTask();
    const task = await taken();
    const started = await lifecycle.begin(task);
    expect(started).toMatchObject({ status: 'processing', attempt: 1 });
    expect(await lifecycle.complete(task, started!, outcome({ ok: true }))).toMatchObject({
      status: 'completed',
    });
    expect(await counts()).toEqual({ queued: 0, running: 0, dead: 0 });
    expect(events.types).toEqual(['job.started', 'job.completed']);
  });

  it.each([
    [
      'complete',
      (task: RunningTask<ProcessJob>, started: Job) =>
        lifecycle.complete(task, started, outcome({ late: true })),
    ],
    ['fail', (task: RunningTask<ProcessJob>, started: Job) => lifecycle.fail(task, started, PROBLEM)],
    ['release', (task: RunningTask<ProcessJob>, started: Job) => lifecycle.release(task, started)],
    [
      'give back',
      (task: RunningTask<ProcessJob>, started: Job) =>
        lifecycle.giveBack(task, started, new Error('x'), PROBLEM),
    ],
  ] as const)('lets a worker that lost its lease %s nothing', async (_, report) => {
    await jobWithTask();
    const late = await taken();
    const first = await lifecycle.begin(late);
    await database.transaction(enqueue);
    const task = await taken();
    const second = await lifecycle.begin(task);
    expect(second).toMatchObject({ status: 'processing', attempt: 2 });
    const told = [...events.types];

    await expect(report(late, first!)).rejects.toThrow(LeaseLost);
    expect(await job()).toEqual(second);
    expect(events.types).toEqual(told);
    expect(await lifecycle.complete(task, second!, outcome({ ok: true }))).toMatchObject({
      result: { ok: true },
    });
  });

  it('takes over a job that a worker left in processing', async () => {
    await jobWithTask('processing', 5);
    expect(await lifecycle.begin(await taken())).toMatchObject({ status: 'processing', attempt: 6 });
  });

  it.each(['completed', 'failed', 'cancelled'] as const)(
    'has nothing to begin when the job is %s',
    async (status) => {
      await jobWithTask(status, 1);
      expect(await lifecycle.begin(await taken())).toBeUndefined();
      expect(await job()).toMatchObject({ status, attempt: 1, version: 1 });
      expect(events.types).toEqual([]);
    },
  );

  it('has nothing to begin, and changes nothing, when the task was revoked', async () => {
    await jobWithTask();
    const task = await taken();
    await database.transaction((queries) => queue().revoke(queries, 'job'));
    await expect(lifecycle.begin(task)).rejects.toThrow(LeaseLost);
    expect(await job()).toMatchObject({ status: 'pending', attempt: 0 });
  });

  it('gives a job back with a pause, and fails it when that was the last try', async () => {
    await jobWithTask();
    const first = await taken();
    await lifecycle.giveBack(first, (await lifecycle.begin(first))!, new Error('x'), PROBLEM);
    expect(await job()).toMatchObject({ status: 'pending', error: null });
    clock.advance(500);
    const last = await taken();
    await lifecycle.giveBack(last, (await lifecycle.begin(last))!, new Error('x'), PROBLEM);
    expect(await job()).toMatchObject({ status: 'failed', error: PROBLEM, attempt: 2 });
    expect(await counts()).toEqual({ queued: 0, running: 0, dead: 1 });
    expect(events.types).toEqual(['job.started', 'job.queued', 'job.started', 'job.failed']);
  });

  it('releases a job at shutdown without having spent an attempt', async () => {
    await jobWithTask();
    for (let round = 1; round <= 5; round++) {
      const task = await taken();
      expect(task.attempt).toBe(1);
      await lifecycle.release(task, (await lifecycle.begin(task))!);
      expect(await job()).toMatchObject({ status: 'pending', attempt: round });
    }
  });

  it.each(['pending', 'processing'] as const)(
    'abandons a job that is %s: it fails, its task is buried',
    async (status) => {
      await jobWithTask(status, 2);
      await lifecycle.abandon(await taken(), PROBLEM);
      expect(await job()).toMatchObject({ status: 'failed', error: PROBLEM, finishedAt: clock.now() });
      expect(await counts()).toEqual({ queued: 0, running: 0, dead: 1 });
      expect(events.types).toEqual(['job.failed']);
    },
  );

  it('records progress, but not of an earlier start, and shows it without a write', async () => {
    await jobWithTask();
    const started = (await lifecycle.begin(await taken()))!;
    expect(await lifecycle.recordProgress(started, 0.5)).toMatchObject({ progress: 0.5 });
    expect(await lifecycle.recordProgress({ ...started, attempt: 0 }, 0.9)).toBeUndefined();
    expect(events.types).toEqual(['job.started']);
    lifecycle.showProgress(started, 0.6);
    expect(events.types).toEqual(['job.started', 'job.progressed']);
    expect(await job()).toMatchObject({ progress: 0.5 });
  });
});
