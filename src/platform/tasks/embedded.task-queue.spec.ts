import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ids } from '../clock/ids';
import { ManualClock } from '../clock/manual.clock';
import { SqliteDatabase } from '../database/sqlite.database';
import { backoffMs } from './backoff';
import { EmbeddedTaskQueue } from './embedded.task-queue';
import { isLeftBehind } from './runner-identity';
import { TaskHandler, type RunningTask } from './task-handler';
import { taskQueueContract, type TaskQueueHarness } from './task-queue.contract';
import { taskMigrations } from './tasks.migrations';
import { TasksRepository } from './tasks.repository';

const LEASE_MS = 30_000;
const cleanUps: (() => Promise<void>)[] = [];

async function create(): Promise<TaskQueueHarness> {
  const directory = mkdtempSync(join(tmpdir(), 'filemill-tasks-'));
  const database = await SqliteDatabase.open(directory, taskMigrations);
  const clock = new ManualClock();
  const options = { leaseMs: LEASE_MS, random: () => 0.5 };
  const createQueue = () =>
    new EmbeddedTaskQueue(database, new TasksRepository(), clock, new Ids(clock), options);
  cleanUps.push(async () => {
    await database.close();
    rmSync(directory, { recursive: true });
  });
  return { database, clock, createQueue, leaseMs: LEASE_MS };
}
afterAll(() => Promise.all(cleanUps.map((cleanUp) => cleanUp())));

taskQueueContract(create);

class Recorder extends TaskHandler {
  override readonly kind = 'recorded';
  override readonly maxAttempts = 3;
  readonly events: string[] = [];

  override async run({ attempt }: RunningTask): Promise<void> {
    this.events.push(`run ${attempt}`);
  }
  override async abandon({ attempt }: RunningTask): Promise<void> {
    this.events.push(`abandon ${attempt}`);
  }
}

describe('EmbeddedTaskQueue after the death of a process', () => {
  /** A task as a process leaves it that was killed while it ran it. */
  async function left(lease: string, attempt: number) {
    const harness = await create();
    const row = { id: 'a', kind: 'recorded', payload: '{}', attempt, last_error: null, created_at: 0 };
    const dueAt = harness.clock.now() + LEASE_MS;
    await harness.database.transaction((queries) =>
      new TasksRepository().insert(
        queries,
        { ...row, owner: '', priority: 1, turn: 0, lease, due_at: dueAt },
        harness.clock.now(),
      ),
    );
    const recorder = new Recorder();
    const queue = harness.createQueue();
    await queue.start([recorder]);
    // What is written after the steps of the queue is durable after them.
    const settled = async () => {
      for (let step = 0; step < 10; step++) await harness.database.transaction(() => Promise.resolve());
    };
    await settled();
    return { ...harness, recorder, queue, settled };
  }

  it('takes over at once what a dead process of this machine had', async () => {
    const { recorder, queue } = await left(`${hostname()}:${process.pid}/former-life`, 1);
    expect(recorder.events).toEqual(['run 2']);
    await queue.drain(0);
  });

  it('waits for the lease of a process that may be alive elsewhere', async () => {
    const { recorder, clock, queue, settled } = await left('another-host:1/x', 1);
    expect(recorder.events).toEqual([]);
    clock.advance(LEASE_MS + 1_000);
    await settled();
    expect(recorder.events).toEqual(['run 2']);
    await queue.drain(0);
  });

  it('abandons a task whose every run ended with its process', async () => {
    const { recorder, queue } = await left(`${hostname()}:${process.pid}/former-life`, 3);
    expect(recorder.events).toEqual(['abandon 4']);
    expect(await queue.counts()).toEqual({ queued: 0, running: 0, dead: 1 });
    await queue.drain(0);
  });
});

describe('isLeftBehind', () => {
  it.each([
    [`${hostname()}:${process.pid}/x`, true],
    [`${hostname()}:999999999/x`, true],
    [`${hostname()}:1/x`, false],
    [`elsewhere:999999999/x`, false],
  ])('%s: %s', (lease, expected) => expect(isLeftBehind(lease)).toBe(expected));
});

describe('backoffMs', () => {
  it('doubles from a second to five minutes, with jitter in the upper half', () => {
    expect([1, 2, 3, 9, 10, 50].map((attempt) => backoffMs(attempt, 0))).toEqual([
      500, 1000, 2000, 128_000, 150_000, 150_000,
    ]);
    expect(backoffMs(1, 0.999)).toBeGreaterThan(990);
    expect(backoffMs(50, 0.999)).toBeLessThanOrEqual(300_000);
  });
});
